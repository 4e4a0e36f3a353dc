import type { WAPatchName, proto } from "@whiskeysockets/baileys"
import type { ChatOfPhone, PhonesChange } from "../scenario/operations/chats.ts"
import type { Fact } from "./collection.ts"

/** The fact that a change of the phone makes, and in which collection it stands (source: Baileys 7.0.0-rc14, chat-utils). */
export function factOf(jid: string, change: PhonesChange): { name: WAPatchName; fact: Fact } {
  const { name, index, value } = describe(jid, change)
  return { name, fact: { index, value: { ...value, timestamp: Date.now() }, isSet: true } }
}

type Described = { name: WAPatchName; index: string[]; value: proto.ISyncActionValue }

function describe(jid: string, change: PhonesChange): Described {
  const messageRange = { lastMessageTimestamp: Math.floor(Date.now() / 1000) }
  switch (change.kind) {
    case "archive":
      return {
        name: "regular_low",
        index: ["archive", jid],
        value: { archiveChatAction: { archived: change.archived, messageRange } },
      }
    case "pin":
      return { name: "regular_low", index: ["pin_v1", jid], value: { pinAction: { pinned: change.pinned } } }
    case "mute":
      return {
        name: "regular_high",
        index: ["mute", jid],
        value: { muteAction: { muted: change.until !== null, muteEndTimestamp: change.until } },
      }
    case "mark":
      return {
        name: "regular_low",
        index: ["markChatAsRead", jid],
        value: { markChatAsReadAction: { read: change.read, messageRange } },
      }
    case "clear":
      return { name: "regular_high", index: ["clearChat", jid, "1", "0"], value: { clearChatAction: { messageRange } } }
    case "delete":
      return { name: "regular_high", index: ["deleteChat", jid, "1"], value: { deleteChatAction: { messageRange } } }
    case "star":
      return {
        name: "regular_low",
        index: ["star", jid, change.messageId, change.fromMe ? "1" : "0", "0"],
        value: { starAction: { starred: change.starred } },
      }
    case "delete-for-me":
      return {
        name: "regular_high",
        index: ["deleteMessageForMe", jid, change.messageId, change.fromMe ? "1" : "0", "0"],
        value: { deleteMessageForMeAction: { deleteMedia: false } },
      }
    case "save":
      return {
        name: "critical_unblock_low",
        index: ["contact", jid],
        value: { contactAction: { fullName: change.name, firstName: change.name } },
      }
  }
}

/** What the facts say of chats, by chat. */
export function chatsIn(facts: Fact[]): ChatOfPhone[] {
  const chats = new Map<string, ChatOfPhone>()
  for (const fact of facts) {
    const jid = fact.index[1]
    if (jid === undefined) continue
    const chat = chats.get(jid) ?? emptyChat(jid)
    chats.set(jid, { ...chat, ...saidOf(fact, chat) })
  }
  return [...chats.values()]
}

function saidOf({ index, value }: Fact, chat: ChatOfPhone): Partial<ChatOfPhone> {
  const { archiveChatAction, pinAction, muteAction, markChatAsReadAction, starAction, contactAction } = value
  const messageId = index[2] ?? ""
  if (archiveChatAction) return { archived: archiveChatAction.archived === true }
  if (pinAction) return { pinned: pinAction.pinned === true }
  if (muteAction) return { mutedUntil: muteAction.muted === true ? Number(muteAction.muteEndTimestamp ?? -1) : null }
  if (markChatAsReadAction) return { markedRead: markChatAsReadAction.read === true }
  if (value.clearChatAction) return { cleared: true }
  if (value.deleteChatAction) return { deleted: true }
  if (contactAction) return { name: contactAction.fullName ?? null }
  if (value.deleteMessageForMeAction) return { deletedForMe: [...chat.deletedForMe, messageId] }
  if (starAction?.starred === true) return { starred: [...chat.starred, messageId] }
  return {}
}

function emptyChat(jid: string): ChatOfPhone {
  return {
    jid,
    archived: false,
    pinned: false,
    mutedUntil: null,
    markedRead: null,
    cleared: false,
    deleted: false,
    name: null,
    starred: [],
    deletedForMe: [],
  }
}
