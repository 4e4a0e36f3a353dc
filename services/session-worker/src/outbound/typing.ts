import type { OutboxDoc } from "@wildcat/shared/store"
import { remember, tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { GatedSocket } from "../whatsapp/socket.ts"

/** Shows the recipient that somebody types or records before a message that asks for it. */
export interface Typing {
  /**
   * Until when a row that could be sent now waits, in milliseconds since 1970; null when it may go. Only its own chat
   * waits with it, so that nothing overtakes it there; all other chats go on.
   */
  holds(row: OutboxDoc, to: GatedSocket, now: number): number | null
  /** The connection has ended: nobody is seen to type any more. */
  reset(): void
}

/** A row that was not sent this long after its time was cancelled, or waits for something else. */
const forgottenMs = 60_000
/** Chats of rows that were never sent must not gather. */
const chatsMax = 1_000

export function createTyping(log: Logger): Typing {
  const chats = new Map<string, { row: string; until: number }>()
  const show = ({ socket }: GatedSocket, chat: string, what: "composing" | "recording" | "paused") =>
    void tolerate(socket.sendPresenceUpdate(what, chat), "the message is what counts", log)

  return {
    holds(row, to, now) {
      const { _id, to: chat, typingMs } = row
      const current = chats.get(chat)
      if (current !== undefined && current.row !== _id && now < current.until + forgottenMs) {
        return now < current.until ? current.until : now + 100
      }
      if (current?.row === _id) {
        if (now < current.until) return current.until
        chats.delete(chat)
        show(to, chat, "paused")
        return null
      }
      if (typingMs === undefined) return null
      const until = now + typingMs
      remember(chats, chat, { row: _id, until }, chatsMax)
      show(to, chat, row.content.type === "audio" ? "recording" : "composing")
      return until
    },
    reset: () => chats.clear(),
  }
}
