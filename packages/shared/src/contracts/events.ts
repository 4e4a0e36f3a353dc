import { z } from "zod"
import { actionEvents } from "./action-events.ts"
import { Person } from "./address.ts"
import { CampaignProgress } from "./campaign.ts"
import { ChatUpdate, HistorySynced } from "./chat.ts"
import { MediaRef } from "./content.ts"
import { GroupChanges, MemberAction } from "./group.ts"
import { idSchema } from "./ids.ts"
import { ChatRef, MessageView } from "./message.ts"
import { AccountStatus, MessageStatus, StatusReason } from "./status.ts"

/**
 * Every event: name → schema of its `data`. Events are facts: published once, never changed.
 * A payload of an earlier release parses forever (see golden/): a new field is optional or nullable with a default.
 */
export const events = {
  /** The account changed its status. Fires at every change, also when only the reason changed. */
  "account.status": z.object({
    status: AccountStatus,
    reason: StatusReason.nullable(),
    me: Person.nullable().describe("The linked number; null until an account was linked"),
  }),
  /** Somebody wrote to the account, or in a group that it is in. `media.stored` or `media.failed` follows when it has media. */
  "message.received": MessageView,
  /**
   * A message that came could not be read, although its sender was asked for it several times, or WhatsApp does not give
   * it to linked devices. `content` is `undecryptable`. Should it arrive later after all, `message.received` (or
   * `message.sent`) follows with the same message id.
   */
  "message.undecryptable": MessageView,
  /** The account wrote: through this API (after WhatsApp's server took it), its phone, or another linked device. */
  "message.sent": MessageView,
  /** A message of the account reached a new state. Not sent for a state that was passed already. */
  "message.status": z.object({
    id: idSchema("message"),
    waId: z.string(),
    chat: ChatRef,
    status: MessageStatus,
    ack: z.number().int().min(-1).max(4),
    recipient: Person.nullable().describe("In groups: the member who reached the state"),
    at: z.iso.datetime(),
    error: z.object({ code: z.string(), text: z.string() }).nullable(),
  }),
  ...actionEvents,
  /** The media of a message can be fetched: length and hash are verified. */
  "media.stored": z.object({ message: idSchema("message"), media: MediaRef }),
  /** The media of a message could not be fetched, or was not what its sender declared. */
  "media.failed": z.object({
    message: idSchema("message"),
    media: MediaRef,
    error: z.object({ code: z.string(), text: z.string() }),
  }),
  /** A chat was changed by this API, on the phone or on another device. Messages in it are told by `message.*` alone. */
  "chat.update": ChatUpdate,
  /** The phone handed over messages from before: they are stored, and not told one by one. */
  "history.synced": HistorySynced,
  /** A group was made with the account in it, or something about one of its groups became different. */
  "group.update": z.object({
    chat: ChatRef.describe("The group"),
    action: z.enum(["created", "changed"]),
    by: Person.nullable().describe("Who did it, where WhatsApp says so"),
    changes: GroupChanges,
  }),
  /** Somebody was added to a group, left it, became an admin or asks to join. Many people make several events. */
  "group.participants": z.object({
    chat: ChatRef.describe("The group"),
    action: MemberAction,
    by: Person.nullable().describe("Who did it, where WhatsApp says so"),
    people: z.array(Person),
    mine: z.boolean().describe("The account itself is among them"),
  }),
  /** A known person shows another name, picture or about text. */
  "contact.update": z.object({
    person: Person,
    changes: z
      .object({
        name: z.string(),
        verifiedName: z.string(),
        picture: z.enum(["changed", "removed"]),
        about: z.string(),
      })
      .partial(),
  }),
  /** A known person's other name was learned: what came under either name before is of this person. */
  "identity.updated": z.object({ person: Person }),
  /** How far a campaign is: at each change of its state, and every few seconds while it runs. */
  "campaign.progress": CampaignProgress,
  /** Somebody calls the account. The call rings at its phone; this device cannot take it. */
  "call.received": z.object({
    call: z.string().describe("WhatsApp's id of the call"),
    from: Person,
    group: z.string().nullable().describe("JID of the group that is called; null for a call to the account alone"),
    video: z.boolean(),
    at: z.iso.datetime(),
  }),
  /** A call to the account rings no more. */
  "call.ended": z.object({
    call: z.string(),
    from: Person,
    how: z
      .enum(["accepted", "rejected", "missed", "ended"])
      .describe(
        "Taken or refused on another device of the account; nobody took it; the caller or somebody else ended it",
      ),
    at: z.iso.datetime(),
  }),
  /** WhatsApp restricts what the account may send, or does so no more (`restriction` is null). Chats that exist go on. */
  "account.restriction": z.object({
    restriction: z
      .object({
        code: z
          .string()
          .describe("`reachout_timelock`: told by WhatsApp; `refused_463`: it refused a message to somebody new"),
        since: z.iso.datetime(),
        until: z.iso.datetime().nullable(),
      })
      .nullable(),
  }),
  /** A webhook's endpoint failed several times in a row; deliveries to it go on. Not sent to that webhook itself. */
  "webhook.failing": z.object({
    webhook: idSchema("webhook"),
    since: z.iso.datetime().describe("When it began to fail"),
    error: z.string().describe("What was wrong with the last attempt"),
  }),
  /** A webhook failed for so long that it was disabled. Not sent to that webhook itself. */
  "webhook.disabled": z.object({ webhook: idSchema("webhook"), since: z.iso.datetime(), error: z.string() }),
  /** A webhook that was failing has taken a delivery. Not sent to that webhook itself. */
  "webhook.recovered": z.object({ webhook: idSchema("webhook"), since: z.iso.datetime() }),
  /** Sent only to the webhook that is being tested, by `POST /v1/webhooks/{id}/test`. */
  "webhook.test": z.object({ webhook: idSchema("webhook") }),
} as const satisfies Record<string, z.ZodType>

/** Events that are never stored, because they are worthless a moment later or hold a secret. */
export const liveEvents = {
  /** A QR code to scan; each replaces the one before. */
  "account.qr": z.object({ qr: z.string(), expiresAt: z.iso.datetime() }),
  /** Somebody comes, goes, types or records. People come and go only for those who have subscribed to them. */
  "presence.update": z.object({
    chat: ChatRef,
    person: Person,
    presence: z.enum(["available", "unavailable", "composing", "recording", "paused"]),
    lastSeen: z.iso.datetime().nullable().describe("Of somebody who went: when, if they show it"),
  }),
} as const satisfies Record<string, z.ZodType>

export type EventType = keyof typeof events
export type LiveEventType = keyof typeof liveEvents
export type EventData<T extends EventType> = z.infer<(typeof events)[T]>
export type LiveEventData<T extends LiveEventType> = z.infer<(typeof liveEvents)[T]>

export const eventTypes = Object.keys(events) as readonly EventType[]

/** The largest event that may be published, as JSON. */
export const eventBytesMax = 64 * 1024

/** CloudEvents 1.0 attributes of every event. */
export interface Envelope<Type extends string, Data> {
  specversion: "1.0"
  /** Unique per fact, the same on every redelivery. */
  id: string
  /** `/accounts/<id>`, or `/webhooks/<id>` for events about a webhook. */
  source: string
  type: Type
  /** When it happened, ISO 8601. */
  time: string
  datacontenttype: "application/json"
  tenant: string
  /** Absent on events that concern no account. */
  account?: string
  /** Position among the events of the session: gapless, increasing per account. Absent on events of other services. */
  sequence?: number
  /** Id of the event that this one follows from, where it has no sequence. */
  causedby?: string
  data: Data
}

export type WildcatEvent = { [T in EventType]: Envelope<T, EventData<T>> }[EventType]
export type LiveEvent = { [T in LiveEventType]: Envelope<T, LiveEventData<T>> }[LiveEventType]

const attributes = {
  specversion: z.literal("1.0"),
  id: z.string(),
  source: z.string(),
  time: z.iso.datetime(),
  datacontenttype: z.literal("application/json"),
  tenant: idSchema("tenant"),
  account: idSchema("account").optional(),
  sequence: z.number().int().positive().optional(),
  causedby: z.string().optional(),
}

/** The envelope's attributes with any data: for those who only route events. */
export const AnyEnvelope = z.object({ ...attributes, type: z.string(), data: z.unknown() })

/** Parses an event of a known type completely. Throws a ZodError on anything else. */
export function parseEvent(input: unknown): WildcatEvent {
  const envelope = AnyEnvelope.parse(input)
  const type = z.enum(eventTypes).parse(envelope.type)
  // The catalogue ties `type` to the schema of `data`; TypeScript cannot follow that correlation through a lookup.
  return { ...envelope, type, data: events[type].parse(envelope.data) } as WildcatEvent
}

/** The same of an event that is only live. */
export function liveEnvelopeSchema(type: LiveEventType) {
  return z.object({ ...attributes, type: z.literal(type), data: liveEvents[type] })
}

/** The JSON Schema of one event's envelope, for the API reference. */
export function envelopeSchema(type: EventType) {
  return z.object({ ...attributes, type: z.literal(type), data: events[type] })
}
