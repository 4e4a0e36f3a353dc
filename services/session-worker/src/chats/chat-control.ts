import type { ChatModification, WASocket } from "@whiskeysockets/baileys"
import { WildcatError, forever } from "@wildcat/shared/contracts"
import type { ChatRef, ChatUpdate } from "@wildcat/shared/contracts"
import type { ChatDoc, MessageDoc, Store } from "@wildcat/shared/store"
import type { Addresses } from "../app-state/addresses.ts"
import type { AppState } from "../app-state/app-state.ts"
import { effectChange } from "../app-state/mutation-change.ts"
import type { Effect } from "../app-state/mutation-change.ts"
import { chatOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { SessionLog } from "../log/session-log.ts"
import { ephemeralChange, sendEphemeralSetting } from "./ephemeral.ts"
import { lastMessages, messageKey, oldestMessage, unreadMessages } from "./messages-of.ts"

type Changed = ChatUpdate["changed"]

/** What of a chat is set by the app state. */
export interface ChatSettingsWanted {
  archived?: boolean | undefined
  pinned?: boolean | undefined
  mutedUntil?: string | null | undefined
  markedUnread?: boolean | undefined
}

/** Changes chats for all devices of the account. Each resolves when WhatsApp's server has taken the change. */
export interface ChatControl {
  set(socket: WASocket, jid: string, wanted: ChatSettingsWanted): Promise<Changed>
  /** Sets how long new messages stay; the others in the chat see it. */
  setEphemeral(socket: WASocket, jid: string, seconds: number): Promise<Changed>
  /** Tells the writers that their messages were read, and the other devices. Returns how many messages. */
  read(socket: WASocket, jid: string): Promise<number>
  clear(socket: WASocket, jid: string): Promise<Changed>
  remove(socket: WASocket, jid: string): Promise<Changed>
  /** Asks the phone for messages from before the oldest one that is stored; returns when that was written. */
  askHistory(socket: WASocket, jid: string, count: number): Promise<Date>
  star(socket: WASocket, message: MessageDoc, starred: boolean): Promise<void>
  /** Removes it on the account's own devices. */
  hide(socket: WASocket, message: MessageDoc): Promise<void>
}

export interface ChatControlOptions {
  account: string
  store: Store
  sessionLog: SessionLog
  names: Names
  addresses: Addresses
  appState: AppState
}

export function createChatControl(options: ChatControlOptions): ChatControl {
  const { account, store, sessionLog, names, addresses, appState } = options
  const chatNamed = async (jid: string): Promise<{ chat: ChatRef; doc: ChatDoc | null }> => {
    const given = chatOf(names, jid)
    const values = [given.jid, given.pn, given.lid].filter((name) => name !== null)
    const or = [{ jid: { $in: values } }, { pn: { $in: values } }, { lid: { $in: values } }]
    const doc = await store.collections.chats.findOne({ account, $or: or })
    if (doc === null) return { chat: given, doc }
    return { chat: { jid: doc.jid, kind: doc.kind, pn: doc.pn ?? given.pn, lid: doc.lid ?? given.lid }, doc }
  }
  const apply = async (
    socket: WASocket,
    chat: ChatRef,
    { modification, effect }: { modification: ChatModification; effect: Effect },
  ) => {
    const at = new Date()
    await appState.modify(socket, { modification, jid: addresses.of(chat) }, (version) =>
      effectChange(chat, effect, at, { account, version, by: "api", isNews: true }),
    )
  }
  const rangeOf = (chat: ChatRef) => lastMessages(store, account, chat, addresses.of(chat))

  return {
    async set(socket, jid, wanted) {
      const { chat, doc } = await chatNamed(jid)
      let changed: Changed = {}
      for (const step of stepsOf(wanted, doc, new Date())) {
        const lastMessages = step.needsRange ? await rangeOf(chat) : []
        await apply(socket, chat, { modification: step.modification(lastMessages), effect: step.effect })
        changed = { ...changed, ...step.effect.changed }
      }
      return changed
    },
    async setEphemeral(socket, jid, seconds) {
      const { chat, doc } = await chatNamed(jid)
      if (chat.kind === "group") await socket.groupToggleEphemeral(chat.jid, seconds)
      else if (seconds !== (doc?.ephemeralSeconds ?? 0)) {
        const id = await sendEphemeralSetting(socket, addresses.of(chat), seconds)
        sessionLog.stage(ephemeralChange(chat, seconds, { account, at: new Date(), id, by: "api" }))
      }
      return { ephemeralSeconds: seconds }
    },
    async read(socket, jid) {
      const { chat, doc } = await chatNamed(jid)
      const unread = await unreadMessages(store, doc)
      const address = addresses.of(chat)
      await socket.readMessages(unread.map((message) => messageKey(message, address)))
      const upTo = doc?.lastInAt ?? new Date()
      if (doc?.markedUnread === true) {
        const modification = { markRead: true, lastMessages: await rangeOf(chat) }
        await apply(socket, chat, { modification, effect: readEffect(upTo) })
      } else if (doc !== null && doc.unread > 0) {
        const version = `read:${unread[0]?.waId ?? ""}`
        sessionLog.stage(
          effectChange(chat, readEffect(upTo), new Date(), { account, version, by: "api", isNews: true }),
        )
      }
      return unread.length
    },
    async clear(socket, jid) {
      const { chat } = await chatNamed(jid)
      const effect: Effect = {
        chat: { clearedUpTo: new Date(), onlyIfThere: true },
        changed: { cleared: true, unread: 0, markedUnread: false },
      }
      await apply(socket, chat, { modification: { clear: true, lastMessages: await rangeOf(chat) }, effect })
      return effect.changed
    },
    async remove(socket, jid) {
      const { chat } = await chatNamed(jid)
      const effect: Effect = {
        chat: { clearedUpTo: new Date(), deleted: true, onlyIfThere: true },
        changed: { deleted: true },
      }
      await apply(socket, chat, { modification: { delete: true, lastMessages: await rangeOf(chat) }, effect })
      return effect.changed
    },
    async askHistory(socket, jid, count) {
      const { chat } = await chatNamed(jid)
      const oldest = await oldestMessage(store, account, chat)
      if (oldest === null)
        throw new WildcatError("conflict", { detail: "no message of this chat is stored to ask from" })
      await socket.fetchMessageHistory(count, messageKey(oldest, addresses.of(chat)), oldest.timestamp.getTime())
      return oldest.timestamp
    },
    async star(socket, message, starred) {
      const { waId, fromMe } = message
      const jid = addresses.of(message.chat)
      const modification = { star: { messages: [{ id: waId, fromMe }], star: starred } }
      const { participant } = messageKey(message, jid)
      await appState.modify(socket, { modification, jid, participant }, () => ({
        flags: [{ waId, fromMe, set: { starred } }],
      }))
    },
    async hide(socket, message) {
      const { waId, fromMe, timestamp } = message
      const jid = addresses.of(message.chat)
      const key = messageKey(message, jid)
      const deleteForMe = { deleteMedia: true, key, timestamp: Math.floor(timestamp.getTime() / 1000) }
      const wanted = { modification: { deleteForMe }, jid, participant: key.participant }
      await appState.modify(socket, wanted, () => ({ flags: [{ waId, fromMe, set: { deletedForMe: true } }] }))
    },
  }
}

type Range = Awaited<ReturnType<typeof lastMessages>>
interface Step {
  needsRange: boolean
  modification(lastMessages: Range): ChatModification
  effect: Effect
}

/** One patch each: what is as wanted already is left alone. */
function stepsOf(wanted: ChatSettingsWanted, doc: ChatDoc | null, now: Date): Step[] {
  const steps: Step[] = []
  const { archived, pinned, mutedUntil, markedUnread } = wanted
  if (archived !== undefined && archived !== (doc?.archived ?? false)) {
    steps.push({
      needsRange: true,
      modification: (range) => ({ archive: archived, lastMessages: range }),
      effect: { chat: { set: { archived } }, changed: { archived } },
    })
  }
  if (pinned !== undefined && pinned !== ((doc?.pinnedAt ?? null) !== null)) {
    const pinnedAt = pinned ? now : null
    const changed = { pinnedAt: pinnedAt?.toISOString() ?? null }
    steps.push({
      needsRange: false,
      modification: () => ({ pin: pinned }),
      effect: { chat: { set: { pinnedAt } }, changed },
    })
  }
  if (mutedUntil !== undefined && mutedUntil !== (doc?.mutedUntil?.toISOString() ?? null)) {
    const until = mutedUntil === null ? null : new Date(mutedUntil)
    const ms = until === null ? null : isForever(until) ? -1 : until.getTime()
    const changed = { mutedUntil: until?.toISOString() ?? null }
    steps.push({
      needsRange: false,
      modification: () => ({ mute: ms }),
      effect: { chat: { set: { mutedUntil: until } }, changed },
    })
  }
  if (markedUnread !== undefined && markedUnread !== (doc?.markedUnread ?? false)) {
    steps.push({
      needsRange: true,
      modification: (range) => ({ markRead: !markedUnread, lastMessages: range }),
      effect: { chat: { set: { markedUnread } }, changed: { markedUnread } },
    })
  }
  return steps
}

function readEffect(upTo: Date): Effect {
  return { chat: { readUpTo: upTo }, changed: { unread: 0, markedUnread: false } }
}

function isForever(until: Date): boolean {
  return until.toISOString() === new Date(forever).toISOString()
}
