import { getBinaryNodeChild } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { newId } from "@wildcat/shared/contracts"
import type { Restriction } from "@wildcat/shared/contracts"
import { z } from "zod"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"

/** What WhatsApp does not let the account do for now. It is in the session's state, so that every owner knows it. */
export interface Restrictions {
  /** WhatsApp's server refused a message with this code. */
  refused(code: string): void
  notification(stanza: BinaryNode): void
  stop(): void
}

/** WhatsApp refuses to let the account begin a chat; the code does not say for how long. */
const refusedCode = "463"
const refusedForMs = 3_600_000
/** Without a time of its own a time-lock lasts as long as WhatsApp's web client takes it to. */
const unnamedForMs = 60_000
/** A timer does not wait for longer. */
const lookMsMax = 60_000

/** Told by the server when its time-lock on new chats changes (research: `handleReachoutTimelockNotification`). */
const TimeLock = z.object({
  data: z.object({
    xwa2_notify_account_reachout_timelock: z.object({
      is_active: z.boolean().nullish(),
      time_enforcement_ends: z.coerce.number().nullish(),
    }),
  }),
})

export function createRestrictions(options: { state: SessionState; sessionLog: SessionLog }): Restrictions {
  const { state, sessionLog } = options
  let timer: NodeJS.Timeout | null = null

  const set = (restriction: Required<Restriction> | null) => {
    const before = state.get("restriction", "now")
    if (restriction === null && before === undefined) return
    sessionLog.stage({
      state: { restriction: { now: restriction } },
      restriction,
      events: [
        { id: newId("event"), type: "account.restriction", time: new Date().toISOString(), data: shown(restriction) },
      ],
    })
    wait()
  }
  const wait = () => {
    if (timer !== null) clearTimeout(timer)
    const until = state.get("restriction", "now")?.until
    timer = until ? setTimeout(look, Math.min(Math.max(until.getTime() - Date.now(), 0), lookMsMax)) : null
  }
  const look = () => {
    const until = state.get("restriction", "now")?.until
    if (until && until.getTime() <= Date.now()) set(null)
    else wait()
  }
  wait()
  return {
    refused(code) {
      if (code !== refusedCode || state.get("restriction", "now") !== undefined) return
      set({ code: "refused_463", since: new Date(), until: new Date(Date.now() + refusedForMs) })
    },
    notification(stanza) {
      const lock = readTimeLock(stanza)
      if (lock === null) return
      if (lock.is_active !== true) return set(null)
      const ends = lock.time_enforcement_ends ? lock.time_enforcement_ends * 1000 : Date.now() + unnamedForMs
      set({ code: "reachout_timelock", since: new Date(), until: new Date(ends) })
    },
    stop() {
      if (timer !== null) clearTimeout(timer)
    },
  }
}

function shown(restriction: Required<Restriction> | null) {
  if (restriction === null) return { restriction: null }
  const { code, since, until } = restriction
  return { restriction: { code, since: since.toISOString(), until: until?.toISOString() ?? null } }
}

function readTimeLock(stanza: BinaryNode) {
  const update = getBinaryNodeChild(stanza, "update")
  if (stanza.attrs["type"] !== "mex" || update?.attrs["op_name"] !== "NotificationUserReachoutTimelockUpdate")
    return null
  const read = TimeLock.safeParse(parsed(update.content))
  return read.success ? read.data.data.xwa2_notify_account_reachout_timelock : null
}

function parsed(content: BinaryNode["content"]): unknown {
  if (!(content instanceof Uint8Array) && typeof content !== "string") return null
  try {
    return JSON.parse(Buffer.from(content).toString())
  } catch {
    // What is no JSON says nothing of a time-lock.
    return null
  }
}
