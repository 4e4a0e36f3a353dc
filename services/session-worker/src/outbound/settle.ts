import { derivedId } from "@wildcat/shared/contracts"
import type { MessageStatus, MessageView, SentMessage, StatusStep } from "@wildcat/shared/contracts"
import { actionChange } from "../actions/staged-action.ts"
import type { StagedAction } from "../actions/staged-action.ts"
import { fitEvent } from "../inbound/fit-event.ts"
import { statusChange } from "../inbound/status-event.ts"
import type { Change } from "../log/entry.ts"
import type { Unconfirmed } from "../log/state.ts"

/** WhatsApp's server took the message: `message.sent` is true from now on. */
export function acceptedChange(waId: string, sent: Unconfirmed, at: Date): Change {
  if (sent.action !== undefined) return doneChange(waId, { ...sent, action: sent.action }, at)
  const step = ackStep(at)
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

/** The message as it will be read when its change is carried on; nothing for what is done to another message. */
export function sentMessage({ view, action }: Unconfirmed, at: Date): { sent?: SentMessage } {
  if (action !== undefined) return {}
  return { sent: { view, timeline: [sendingStep(view), ackStep(at)] } }
}

const ackStep = (at: Date): StatusStep => ({ status: "server_ack", at: at.toISOString(), recipient: null })

/** The first step of a message, as it is staged. */
export function sendingStep({ timestamp }: MessageView): StatusStep {
  return { status: "sending", at: timestamp, recipient: null }
}

/** Times of WhatsApp's server are whole seconds, and what is done to a message counts by its time. */
function doneChange(waId: string, sent: Unconfirmed & { action: StagedAction }, at: Date): Change {
  const second = new Date(Math.floor(at.getTime() / 1000) * 1000)
  return {
    state: { unconfirmed: { [waId]: null } },
    outbox: [{ id: sent.id, status: "server_ack", error: null }],
    ...actionChange({ ...sent.action, at: second }),
  }
}

export interface Ended {
  status: Extract<MessageStatus, "failed" | "unknown" | "expired" | "cancelled">
  error: { code: string; text: string } | null
}

/** It ended otherwise: refused (`failed`), not sent in time or not wanted any more, or nobody can know (`unknown`). */
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
