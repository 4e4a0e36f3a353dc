import type { MessageContent } from "@wildcat/shared/contracts"
import type { ChatDoc, ChatPreview, MessageDoc } from "@wildcat/shared/store"
import type { ChatChange } from "../../log/chat-change.ts"
import type { Entry } from "../../log/entry.ts"
import { pairsOf } from "./names-in.ts"
import type { Shelf } from "./shelf.ts"

/** Carries rows into the chats, in order. A chat that has a row already does not take it again. */
export function foldChats(shelf: Shelf, rows: readonly { n: number; entry: Entry }[]): void {
  for (const { n, entry } of rows) {
    for (const pair of pairsOf(entry)) shelf.join(pair)
    const touched = new Set<string>()
    const apply = (chat: MessageDoc["chat"], at: Date, step: (doc: ChatDoc) => ChatDoc) => {
      if (chat.kind === "status") return
      const taken = shelf.take(chat, at)
      if (taken.n >= n) return
      shelf.put(step(taken))
      touched.add(taken._id)
    }
    for (const message of entry.messages) apply(message.chat, message.timestamp, (doc) => withMessage(doc, message))
    for (const change of entry.chats) {
      if (change.onlyIfThere === true && !shelf.has(change.chat)) continue
      apply(change.chat, change.at, (doc) => withChange(doc, change))
    }
    // Only now: a row may say several things of one chat.
    for (const doc of [...touched].flatMap((id) => shelf.get(id) ?? [])) shelf.put({ ...doc, n, updatedAt: new Date() })
  }
}

function withMessage(doc: ChatDoc, message: MessageDoc): ChatDoc {
  const { timestamp, fromMe, source, authorName } = message
  const isNews = doc.last === null || timestamp >= doc.last.timestamp
  const isUnread = !fromMe && (doc.readAt === null || timestamp >= doc.readAt)
  // Whoever writes on the phone has seen what is in the chat.
  const hasRead = source === "phone" || source === "device"
  return {
    ...doc,
    last: isNews ? previewOf(message) : doc.last,
    activityAt: timestamp > doc.activityAt ? timestamp : doc.activityAt,
    lastInAt: fromMe ? doc.lastInAt : later(doc.lastInAt, timestamp),
    unread: hasRead ? 0 : doc.unread + (isUnread ? 1 : 0),
    markedUnread: hasRead ? false : doc.markedUnread,
    pushName: !fromMe && doc.kind === "direct" ? (authorName ?? doc.pushName) : doc.pushName,
    deleted: false,
  }
}

function withChange(doc: ChatDoc, change: ChatChange): ChatDoc {
  const set = change.set ?? {}
  let next: ChatDoc = { ...doc, ...set }
  if (change.past !== undefined) next = withPast(next, change.past)
  if (change.readUpTo !== undefined) next = withRead(next, change.readUpTo)
  if (change.clearedUpTo !== undefined) next = withoutMessages(next, change.clearedUpTo)
  return change.deleted === true && next.last === null ? { ...next, deleted: true } : next
}

function withRead(doc: ChatDoc, upTo: Date): ChatDoc {
  const isAll = doc.lastInAt === null || doc.lastInAt <= upTo
  // A message that came while the others were read: at least that one is unread.
  return { ...doc, readAt: later(doc.readAt, upTo), unread: isAll ? 0 : Math.min(doc.unread, 1), markedUnread: false }
}

function withoutMessages(doc: ChatDoc, upTo: Date): ChatDoc {
  if (doc.last !== null && doc.last.timestamp > upTo) return doc
  return { ...doc, last: null, unread: 0, markedUnread: false }
}

function withPast(doc: ChatDoc, past: NonNullable<ChatChange["past"]>): ChatDoc {
  const isNews = past.last !== null && (doc.last === null || past.last.timestamp > doc.last.timestamp)
  const isFresh = doc.last === null && doc.lastInAt === null
  return {
    ...doc,
    ...(isFresh ? past.set : {}),
    last: isNews ? past.last : doc.last,
    activityAt: isFresh || past.activityAt > doc.activityAt ? past.activityAt : doc.activityAt,
    unread: isFresh ? past.unread : doc.unread,
  }
}

function later(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other
}

/** What a list of chats shows of a message. */
export function previewOf({ _id, waId, timestamp, fromMe, author, content }: MessageDoc): ChatPreview {
  return { id: _id, waId, timestamp, fromMe, author, content: shortened(content) }
}

const previewCharsMax = 256

function shortened(content: MessageContent): MessageContent {
  if (content.type === "text") return { ...content, text: content.text.slice(0, previewCharsMax) }
  if ("caption" in content && content.caption !== null) {
    return { ...content, caption: content.caption.slice(0, previewCharsMax) }
  }
  if (content.type === "contacts") return { ...content, contacts: content.contacts.slice(0, 1) }
  return content
}
