import type { ChatMutation, proto } from "@whiskeysockets/baileys"
import { derivedId, forever } from "@wildcat/shared/contracts"
import type { ChatRef, ChatUpdate } from "@wildcat/shared/contracts"
import { chatOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { ChatChange } from "../log/chat-change.ts"
import type { Change, EventDraft } from "../log/entry.ts"

type Changed = ChatUpdate["changed"]
export interface Effect {
  chat: Omit<ChatChange, "chat" | "at">
  changed: Changed
}

/** How one fact of the app state that is about a chat changes it; null when it says nothing. */
type Reader = (value: proto.ISyncActionValue, at: Date) => Effect | null | undefined

/** By the first part of the fact's index (source: Baileys 7.0.0-rc14, processSyncAction). */
const chatReaders: Partial<Record<string, Reader>> = {
  archive: ({ archiveChatAction: action }) => action && archived(action.archived === true),
  pin_v1: ({ pinAction: action }, at) => action && pinned(action.pinned === true ? at : null),
  mute: ({ muteAction: action }) => action && muted(action.muted === true ? muteEnd(action.muteEndTimestamp) : null),
  markChatAsRead: ({ markChatAsReadAction: action }, at) => action && marked(action.read === true, at),
  clearChat: ({ clearChatAction: action }, at) => action && cleared(rangeEnd(action.messageRange, at)),
  deleteChat: ({ deleteChatAction: action }, at) => action && deleted(rangeEnd(action.messageRange, at)),
  contact: ({ contactAction: action }) => action && named(action.fullName ?? action.firstName ?? null),
}

const archived = (value: boolean): Effect => ({ chat: { set: { archived: value } }, changed: { archived: value } })
const pinned = (pinnedAt: Date | null): Effect => ({
  chat: { set: { pinnedAt } },
  changed: { pinnedAt: pinnedAt?.toISOString() ?? null },
})
const muted = (mutedUntil: Date | null): Effect => ({
  chat: { set: { mutedUntil } },
  changed: { mutedUntil: mutedUntil?.toISOString() ?? null },
})
const marked = (read: boolean, at: Date): Effect =>
  read
    ? { chat: { readUpTo: at }, changed: { unread: 0, markedUnread: false } }
    : { chat: { set: { markedUnread: true } }, changed: { markedUnread: true } }
const cleared = (clearedUpTo: Date): Effect => ({
  chat: { clearedUpTo, onlyIfThere: true },
  changed: { cleared: true, unread: 0 },
})
const deleted = (clearedUpTo: Date): Effect => ({
  chat: { clearedUpTo, deleted: true, onlyIfThere: true },
  changed: { deleted: true },
})
const named = (name: string | null): Effect => ({ chat: { set: { name }, onlyIfThere: true }, changed: { name } })

export interface MutationContext {
  account: string
  names: Names
  by: ChatUpdate["by"]
  /** Version of the collection that has this fact: makes the event's id. */
  version: string
  /** False for what was so before this device knew it. */
  isNews: boolean
}

/** What a fact of the app state makes true. */
export function mutationChange({ index, syncAction }: ChatMutation, context: MutationContext): Change {
  const [kind = "", jid = "", waId = "", fromMe] = index
  const value = syncAction.value ?? {}
  if (kind === "star") return flagged(waId, fromMe, { starred: value.starAction?.starred === true })
  if (kind === "deleteMessageForMe") return flagged(waId, fromMe, { deletedForMe: true })
  if (kind === "pnForLidChat") return mapped(jid, value.pnForLidChatAction?.pnJid ?? "")
  const at = timeOf(value.timestamp)
  const effect = jid.includes("@") ? (chatReaders[kind]?.(value, at) ?? null) : null
  if (effect === null) return {}
  return effectChange(chatOf(context.names, jid), effect, at, context)
}

/** A change of a chat, and the event that tells it. */
export function effectChange(chat: ChatRef, effect: Effect, at: Date, context: Omit<MutationContext, "names">): Change {
  const { account, version, by, isNews } = context
  const event: EventDraft = {
    id: derivedId("event", account, "chat.update", chat.jid, version, ...Object.keys(effect.changed)),
    type: "chat.update",
    time: at.toISOString(),
    data: { chat, changed: effect.changed, by },
  }
  return { chats: [{ chat, at, ...effect.chat }], ...(isNews ? { events: [event] } : {}) }
}

function flagged(waId: string, fromMe: string | undefined, set: { starred?: boolean; deletedForMe?: true }): Change {
  return waId === "" ? {} : { flags: [{ waId, fromMe: fromMe === "1", set }] }
}

function mapped(lid: string, pn: string): Change {
  const [lidUser, pnUser] = [/^(\d+)@lid$/.exec(lid)?.[1], /^(\d+)@s\.whatsapp\.net$/.exec(pn)?.[1]]
  if (lidUser === undefined || pnUser === undefined) return {}
  return { state: { "lid-mapping": { [pnUser]: lidUser, [`${lidUser}_reverse`]: pnUser } } }
}

type Numeric = proto.SyncActionValue.IMuteAction["muteEndTimestamp"]

/** Milliseconds since 1970; -1 and nothing mean for ever. */
function muteEnd(value: Numeric): Date {
  const ms = Number(value ?? -1)
  const end = new Date(ms)
  return ms <= 0 || Number.isNaN(end.getTime()) ? new Date(forever) : end
}

function rangeEnd(range: proto.SyncActionValue.ISyncActionMessageRange | null | undefined, at: Date): Date {
  const seconds = Number(range?.lastMessageTimestamp ?? 0)
  return seconds > 0 ? new Date(seconds * 1000) : at
}

function timeOf(value: Numeric): Date {
  const at = new Date(Number(value ?? 0))
  return at.getTime() > 0 ? at : new Date()
}
