import { derivedId } from "@wildcat/shared/contracts"
import type { EventData } from "@wildcat/shared/contracts"
import type { ActionDoc } from "@wildcat/shared/store"
import type { Change, EventDraft } from "../log/entry.ts"
import { fitContent } from "../inbound/fit-event.ts"

/** An action as the session's log holds it. */
export type StagedAction = Omit<ActionDoc, "applied" | "raw" | "createdAt"> & {
  /** Sealed under the context `message:<_id>`; null for those of others. */
  raw: Uint8Array | null
}

/** What an action makes true: its document, what it does to its message, and the event that tells. */
export function actionChange(action: StagedAction): Change {
  return { actions: [action], events: [actionEvent(action)] }
}

function actionEvent(staged: StagedAction): EventDraft {
  const { action, target, by, fromMe, source, chat } = staged
  const at = staged.at.toISOString()
  const about = { id: target.id, waId: target.waId, chat, by, fromMe, source, at, action: staged._id }
  switch (action.type) {
    case "reaction":
      return draft(staged, "message.reaction", { ...about, emoji: action.emoji || null })
    case "edit":
      return draft(staged, "message.edited", { ...about, content: fitContent(action.content) })
    case "revoke":
      return draft(staged, "message.revoked", about)
    case "pin":
      return draft(staged, "message.pinned", { ...about, until: action.until?.toISOString() ?? null })
    case "vote":
      return draft(staged, "poll.vote", { ...about, options: action.options })
  }
}

type ActionEventType = "message.reaction" | "message.edited" | "message.revoked" | "message.pinned" | "poll.vote"

function draft<T extends ActionEventType>({ _id, at }: StagedAction, type: T, data: EventData<T>) {
  return { id: derivedId("event", _id, type), type, time: at.toISOString(), data }
}
