import { z } from "zod"
import type { Pacing } from "./pacing.ts"
import { counted, emptyWindow, freeAt, spans, usedOf } from "./sending-window.ts"
import type { Span, Window } from "./sending-window.ts"

/** What an account has sent lately, as far as its pacing must know. Times are milliseconds since 1970. */
export interface SentLately {
  minute: Window
  hour: Window
  day: Window
  firstContacts: Window
  /** Pause after the last message. */
  nextAt: number
}

export const sentNothing: SentLately = {
  minute: emptyWindow,
  hour: emptyWindow,
  day: emptyWindow,
  firstContacts: emptyWindow,
  nextAt: 0,
}

/** Why a message waits. */
const delayReasons = {
  delay: "a pause after the message before",
  per_minute: "the account's messages per minute are used up",
  per_hour: "the account's messages per hour are used up",
  per_day: "the account's messages per day are used up",
  new_number: "the number is new: its messages per day are used up",
  first_contacts: "the account's first contacts per day are used up",
  restricted: "WhatsApp lets the account write to nobody new for now",
} as const
export type DelayReason = keyof typeof delayReasons
export const DelayReason = z.enum(Object.keys(delayReasons) as [DelayReason, ...DelayReason[]])

/** WhatsApp's own limit on an account (code 463: it may not write to new people), until it ends. */
export interface Restriction {
  code: string
  since?: Date
  until: Date | null
}

/** Everything that decides about the next message of an account. */
export interface PacingSituation {
  /** Null: the account is not paced. */
  pacing: Pacing | null
  sent: SentLately
  accountCreatedAt: Date
  restriction: Restriction | null
  now: number
}

const dayMs = 86_400_000
/** A restriction without an end is looked at again after this time. */
const restrictionLookMs = 3_600_000

interface Limit {
  name: "perMinute" | "perHour" | "perDay" | "newNumber" | "firstContactsPerDay"
  reason: DelayReason
  window: Window
  span: Span
  limit: number
}

/** The limits that are in force, one after the other. */
function limitsOf({ pacing, sent, accountCreatedAt, now }: PacingSituation): Limit[] {
  if (pacing === null) return []
  const { newNumber } = pacing
  const isNew = newNumber !== null && now < accountCreatedAt.getTime() + newNumber.days * dayMs
  const all = [
    { name: "perMinute", reason: "per_minute", window: sent.minute, span: spans.minute, limit: pacing.perMinute },
    { name: "perHour", reason: "per_hour", window: sent.hour, span: spans.hour, limit: pacing.perHour },
    { name: "perDay", reason: "per_day", window: sent.day, span: spans.day, limit: pacing.perDay },
    {
      name: "newNumber",
      reason: "new_number",
      window: sent.day,
      span: spans.day,
      limit: isNew ? newNumber.perDay : null,
    },
    {
      name: "firstContactsPerDay",
      reason: "first_contacts",
      window: sent.firstContacts,
      span: spans.day,
      limit: pacing.firstContactsPerDay,
    },
  ] as const
  return all.flatMap((each) => (each.limit === null ? [] : [{ ...each, limit: each.limit }]))
}

export interface Permission {
  /** From when on it may be sent, in milliseconds since 1970. */
  at: number
  /** What it waits for; null when it may go now. */
  reason: DelayReason | null
}

/** When the next message may go that is no reply. `firstContact`: to somebody whom the account does not know. */
export function permissionOf(situation: PacingSituation, message: { firstContact: boolean }): Permission {
  const { pacing, sent, now } = situation
  const waits: { at: number; reason: DelayReason }[] = limitsOf(situation)
    .filter(({ name }) => message.firstContact || name !== "firstContactsPerDay")
    .map(({ reason, window, span, limit }) => ({ at: freeAt(window, span, { limit, now }), reason }))
  if (pacing !== null) waits.push({ at: sent.nextAt, reason: "delay" })
  const restrictedUntil = restrictionEnd(situation)
  if (message.firstContact && restrictedUntil !== null) waits.push({ at: restrictedUntil, reason: "restricted" })
  const longest = waits.reduce((left, right) => (right.at > left.at ? right : left), {
    at: now,
    reason: null,
  } as Permission)
  return longest.at > now ? longest : { at: now, reason: null }
}

function restrictionEnd({ restriction, now }: PacingSituation): number | null {
  if (restriction === null) return null
  const end = restriction.until?.getTime() ?? now + restrictionLookMs
  return end > now ? end : null
}

/** What the account has sent after one more message. `random` is from 0 to 1. */
export function sentOneMore(
  { pacing, sent, now }: Pick<PacingSituation, "pacing" | "sent" | "now">,
  message: { firstContact: boolean; media: boolean; random: number },
): SentLately {
  const delay = pacing?.delaySeconds ?? { min: 0, max: 0 }
  const drawn = delay.min + (delay.max - delay.min) * message.random
  const pause = message.media ? Math.max(drawn, pacing?.afterMediaSeconds ?? 0) : drawn
  return {
    minute: counted(sent.minute, spans.minute, now),
    hour: counted(sent.hour, spans.hour, now),
    day: counted(sent.day, spans.day, now),
    firstContacts: message.firstContact ? counted(sent.firstContacts, spans.day, now) : sent.firstContacts,
    nextAt: now + Math.round(pause * 1_000),
  }
}

const May = z.object({
  now: z.boolean(),
  at: z.iso.datetime().describe("When the next one may go"),
  reason: DelayReason.nullable(),
  text: z.string().nullable().describe("The reason as a sentence"),
})

/** What an account may send now. */
export const SendingBudget = z
  .object({
    pacing: z.enum(["on", "off"]),
    replies: May.describe(
      "To somebody who wrote within the last 24 hours: such a message never waits, though it counts",
    ),
    messages: May.describe("To somebody whom the account knows"),
    firstContacts: May.describe("To somebody whom it does not know"),
    limits: z.array(
      z.object({
        name: z.enum(["perMinute", "perHour", "perDay", "newNumber", "firstContactsPerDay"]),
        limit: z.number().int(),
        used: z.number().int(),
        left: z.number().int(),
        resetsAt: z.iso.datetime().nullable().describe("When one more is left again; null while there is one"),
      }),
    ),
    restriction: z.object({ code: z.string(), until: z.iso.datetime().nullable() }).nullable(),
  })
  .meta({
    id: "SendingBudget",
    example: {
      pacing: "on",
      replies: { now: true, at: "2026-11-24T10:00:00.000Z", reason: null, text: null },
      messages: {
        now: false,
        at: "2026-11-24T10:35:00.000Z",
        reason: "per_hour",
        text: "the account's messages per hour are used up",
      },
      firstContacts: {
        now: false,
        at: "2026-11-24T10:35:00.000Z",
        reason: "per_hour",
        text: "the account's messages per hour are used up",
      },
      limits: [{ name: "perHour", limit: 200, used: 200, left: 0, resetsAt: "2026-11-24T10:35:00.000Z" }],
      restriction: null,
    },
  })
export type SendingBudget = z.infer<typeof SendingBudget>

export function budgetOf(situation: PacingSituation): SendingBudget {
  const { pacing, restriction, now } = situation
  const may = ({ at, reason }: Permission) => ({
    now: reason === null,
    at: new Date(at).toISOString(),
    reason,
    text: reason && delayReasons[reason],
  })
  return {
    pacing: pacing === null ? "off" : "on",
    replies: may({ at: now, reason: null }),
    messages: may(permissionOf(situation, { firstContact: false })),
    firstContacts: may(permissionOf(situation, { firstContact: true })),
    limits: limitsOf(situation).map(({ name, window, span, limit }) => {
      const used = usedOf(window, span, now)
      const free = freeAt(window, span, { limit, now })
      return {
        name,
        limit,
        used,
        left: Math.max(0, limit - used),
        resetsAt: free > now ? new Date(free).toISOString() : null,
      }
    }),
    restriction: restriction && { code: restriction.code, until: restriction.until?.toISOString() ?? null },
  }
}
