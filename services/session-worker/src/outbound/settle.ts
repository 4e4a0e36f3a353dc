import { derivedId } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import { fitEvent } from "../inbound/fit-event.ts"
import { statusChange } from "../inbound/status-event.ts"
import type { Change } from "../log/entry.ts"
import type { Unconfirmed } from "../log/state.ts"

/** WhatsApp's server took the message: `message.sent` is true from now on. */
export function acceptedChange(waId: string, sent: Unconfirmed, at: Date): Change {
  const step = { status: "server_ack", at: at.toISOString(), recipient: null } as const
  return {
    state: { unconfirmed: { [waId]: null } },
    outbox: [{ id: sent.id, status: "server_ack", error: null }],
    marks: [{ id: sent.id, step, error: null }],
    events: [
      {
        id: derivedId("event", sent.id, "message.sent"),
        type: "message.sent",
        time: step.at,
        data: fitEvent(sent.view),
      },
    ],
  }
}

export interface Ended {
  status: Extract<MessageStatus, "failed" | "unknown">
  error: { code: string; text: string } | null
}

/** It ended otherwise: refused (`failed`), or nobody can know (`unknown`). */
export function endedChange(
  waId: string,
  message: Pick<Unconfirmed, "id"> & { view: Pick<Unconfirmed["view"], "chat"> },
  ended: Ended,
): Change {
  const step = { status: ended.status, at: new Date().toISOString(), recipient: null }
  return {
    state: { unconfirmed: { [waId]: null } },
    outbox: [{ id: message.id, status: ended.status, error: ended.error }],
    ...statusChange({ id: message.id, waId, chat: message.view.chat }, step, ended.error),
  }
}
