import type { BinaryNode } from "@whiskeysockets/baileys"
import { readCall } from "../inbound/call.ts"
import type { Viewpoint } from "../inbound/envelope.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import { createNotices } from "./notices.ts"

/** Takes what WhatsApp tells of calls into the log, before Baileys confirms it. */
export function createCalls(options: { state: SessionState; sessionLog: SessionLog; view: Viewpoint }): {
  call(stanza: BinaryNode): void
} {
  const { state, sessionLog, view } = options
  const notices = createNotices(state)
  return {
    call(stanza) {
      const event = notices.hasTaken(stanza) ? null : readCall(stanza, view)
      if (event !== null) sessionLog.stage({ state: notices.take(stanza), events: [event] })
    },
  }
}
