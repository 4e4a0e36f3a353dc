import { derivedId, messageAcks } from "@wildcat/shared/contracts"
import type { StatusStep } from "@wildcat/shared/contracts"
import type { Change, EventDraft } from "../log/entry.ts"
import type { OwnMessage } from "./own-messages.ts"
import { keyOf } from "./people.ts"

type Failure = { code: string; text: string } | null

/** A new state of an own message: its row, and the event that tells. */
export function statusChange(
  message: Omit<OwnMessage, "reached" | "status">,
  step: StatusStep,
  error: Failure = null,
): Change {
  return { marks: [{ id: message.id, step, error }], events: [statusEvent(message, step, error)] }
}

function statusEvent(message: Omit<OwnMessage, "reached" | "status">, step: StatusStep, error: Failure): EventDraft {
  const recipient = step.recipient === null ? "" : keyOf(step.recipient)
  return {
    id: derivedId("event", message.id, "message.status", step.status, recipient),
    type: "message.status",
    time: step.at,
    data: {
      id: message.id,
      waId: message.waId,
      chat: message.chat,
      status: step.status,
      ack: messageAcks[step.status],
      recipient: step.recipient,
      at: step.at,
      error,
    },
  }
}
