import type { ChatRef } from "@wildcat/shared/contracts"
import type { ChatDoc, ChatPreview } from "@wildcat/shared/store"

/** What is set of a chat, by whomever. */
export type ChatSettings = Pick<
  ChatDoc,
  "archived" | "pinnedAt" | "mutedUntil" | "markedUnread" | "ephemeralSeconds" | "name" | "pushName"
>

/** A change of a chat beside its messages. */
export interface ChatChange {
  chat: ChatRef
  at: Date
  set?: Partial<ChatSettings>
  /** Messages up to this time have been read. */
  readUpTo?: Date
  /** Messages up to this time are gone; with `deleted` the chat is, too. */
  clearedUpTo?: Date
  deleted?: true
  /** It makes no chat where there is none. */
  onlyIfThere?: true
  /** From the history: how the chat stood then. It does not replace anything newer. */
  past?: { unread: number; last: ChatPreview | null; activityAt: Date; set: Partial<ChatSettings> }
}

/** What was set of one message by its WhatsApp id: the star, and whether it is gone on the account's own devices. */
export interface MessageFlag {
  waId: string
  fromMe: boolean
  set: { starred?: boolean; deletedForMe?: true }
}
