import type { proto } from "@whiskeysockets/baileys"
import { forever } from "@wildcat/shared/contracts"
import type { ChatRef } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import type { MessageContext } from "../inbound/message.ts"
import { chatOf } from "../inbound/people.ts"
import type { ChatChange } from "../log/chat-change.ts"
import { previewOf } from "../pump/chats/fold-chats.ts"
import { pastMessage } from "./past-message.ts"

export interface ReadConversation {
  chat: ChatRef
  messages: MessageDoc[]
  skipped: number
  change: ChatChange
  /** The person's name in the phone's address book. */
  savedName: string | null
}

/** A conversation of the history; null for the status feed and lists. Messages from before `since` are left out. */
export function readConversation(
  conversation: proto.IConversation,
  since: Date,
  context: MessageContext,
): ReadConversation | null {
  const jid = conversation.id ?? ""
  const chat = chatOf(context.names, jid, conversation.pnJid ?? conversation.lidJid)
  if (!jid.includes("@") || chat.kind === "status") return null
  const infos = (conversation.messages ?? []).flatMap(({ message }) => (message ? [message] : []))
  const all = infos.flatMap((info) => pastMessage(info, chat, context) ?? [])
  const messages = all.filter(({ timestamp }) => timestamp >= since)
  return {
    chat,
    messages,
    skipped: all.length - messages.length,
    savedName: chat.kind === "direct" ? nameOf(conversation) : null,
    change: changeOf(conversation, chat, messages),
  }
}

function changeOf(conversation: proto.IConversation, chat: ChatRef, messages: readonly MessageDoc[]): ChatChange {
  const newest = messages.toSorted((one, other) => other.timestamp.getTime() - one.timestamp.getTime())[0]
  const activityAt = newest?.timestamp ?? secondsOf(conversation.conversationTimestamp) ?? new Date()
  const name = nameOf(conversation)
  return {
    chat,
    at: activityAt,
    ...(name === null ? {} : { set: { name } }),
    past: {
      unread: newest === undefined ? 0 : (conversation.unreadCount ?? 0),
      last: newest === undefined ? null : previewOf(newest),
      activityAt,
      set: {
        archived: conversation.archived === true,
        pinnedAt: secondsOf(conversation.pinned),
        mutedUntil: muteEnd(conversation.muteEndTime),
        markedUnread: conversation.markedAsUnread === true,
        ephemeralSeconds: conversation.ephemeralExpiration ?? 0,
      },
    },
  }
}

function nameOf({ displayName, name }: proto.IConversation): string | null {
  const found = displayName ?? name ?? ""
  return found === "" ? null : found
}

type Numeric = proto.IConversation["conversationTimestamp"]

function secondsOf(value: Numeric): Date | null {
  const seconds = Number(value ?? 0)
  return seconds > 0 ? new Date(seconds * 1000) : null
}

/** In milliseconds; -1: for ever. */
function muteEnd(value: Numeric): Date | null {
  const ms = Number(value ?? 0)
  if (ms === 0) return null
  return ms < 0 ? new Date(forever) : new Date(ms)
}
