import type { ChatRef } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { isSame } from "../inbound/envelope.ts"
import type { StagedAction } from "./staged-action.ts"

/**
 * The message that an action is about, among those under its WhatsApp id: it is in the same chat, and whoever acts may do
 * this to it. Ids are chosen by clients, so that several messages may have the same one. Null when none fits.
 */
export function pickTarget(
  messages: readonly MessageDoc[],
  about: Pick<StagedAction, "chat" | "by" | "action" | "target">,
): MessageDoc | null {
  const fitting = messages.filter((message) => isSameChat(message.chat, about.chat) && mayAct(message, about))
  const { author } = about.target
  const named = author && fitting.find((message) => isSame(message.author, author))
  // Clients write the author of the message in different ways; the only one that fits is meant.
  return named ?? (fitting.length === 1 ? (fitting[0] ?? null) : null)
}

function isSameChat(one: ChatRef, other: ChatRef): boolean {
  return one.jid === other.jid || (one.kind === "direct" && other.kind === "direct" && isSame(one, other))
}

/** Only authors edit; only they, or admins of the group, remove: WhatsApp's server marks what an admin does. */
function mayAct(message: MessageDoc, { action, by, chat }: Pick<StagedAction, "action" | "by" | "chat">): boolean {
  if (action.type === "vote") return message.content.type === "poll"
  if (action.type === "edit") return isSame(message.author, by)
  if (action.type === "revoke") return isSame(message.author, by) || (action.asAdmin && chat.kind === "group")
  return true
}
