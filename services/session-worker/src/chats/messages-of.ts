import type { proto } from "@whiskeysockets/baileys"
import type { ChatRef } from "@wildcat/shared/contracts"
import type { ChatDoc, MessageDoc, Store } from "@wildcat/shared/store"
import type { Filter } from "mongodb"

/** Receipts name at most so many messages at a time. */
const unreadMax = 1_000

export interface MessageKey {
  remoteJid: string
  fromMe: boolean
  id: string
  participant?: string
}

/** A message as facts of the app state and receipts name it. `address` is the chat as WhatsApp addresses it. */
export function messageKey({ waId, fromMe, chat, author }: MessageDoc, address: string): MessageKey {
  const participant = chat.kind === "group" && !fromMe ? (author.lid ?? author.pn) : null
  return { remoteJid: address, fromMe, id: waId, ...(participant === null ? {} : { participant }) }
}

/** The newest message of a chat: it tells the other devices up to where a change goes. */
export async function lastMessages(
  store: Store,
  account: string,
  chat: ChatRef,
  address: string,
): Promise<{ key: MessageKey; messageTimestamp: number }[] | proto.SyncActionValue.ISyncActionMessageRange> {
  const [last] = await store.collections.messages
    .find({ account, ...inChat(chat) })
    .sort({ timestamp: -1 })
    .limit(1)
    .toArray()
  if (last === undefined) return { lastMessageTimestamp: Math.floor(Date.now() / 1000) }
  return [{ key: messageKey(last, address), messageTimestamp: Math.floor(last.timestamp.getTime() / 1000) }]
}

export async function oldestMessage(store: Store, account: string, chat: ChatRef): Promise<MessageDoc | null> {
  const [oldest] = await store.collections.messages
    .find({ account, ...inChat(chat) })
    .sort({ timestamp: 1 })
    .limit(1)
    .toArray()
  return oldest ?? null
}

/** Messages of others that nobody has read, newest first. */
export async function unreadMessages(store: Store, doc: ChatDoc | null): Promise<MessageDoc[]> {
  if (doc === null || doc.unread === 0) return []
  return store.collections.messages
    .find({ account: doc.account, fromMe: false, ...inChat(doc) })
    .sort({ timestamp: -1, _id: -1 })
    .limit(Math.min(doc.unread, unreadMax))
    .toArray()
}

/** Messages of a chat, whichever of its names they were stored under. */
export function inChat({ jid, pn, lid }: ChatRef): Filter<MessageDoc> {
  const names = [
    { "chat.jid": jid },
    ...(pn === null ? [] : [{ "chat.pn": pn }]),
    ...(lid === null ? [] : [{ "chat.lid": lid }]),
  ]
  return { $or: names }
}
