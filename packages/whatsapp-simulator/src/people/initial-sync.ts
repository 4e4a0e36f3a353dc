import { deflateSync } from "node:zlib"
import { proto } from "@whiskeysockets/baileys"
import type { AppStateKey } from "../app-state/mutation-keys.ts"
import type { MediaStore } from "../media/media-store.ts"
import type { User } from "../directory/user.ts"
import { messageId, nowSeconds } from "../stanza/ids.ts"

/** Whether the history travels in the message itself or as an encrypted file the message refers to. */
export type HistoryForm = "inline" | "media"
/** A chat of the history, oldest message first. */
export type HistoryChat = {
  contact: User
  messages: { text: string; fromMe: boolean; messageId?: string | undefined; at?: number | undefined }[]
}

/**
 * What a phone sends to a companion it has just linked: the key of the app state, then the first, inline history.
 * With both a client ends its wait for history at once; without them it waits 20 s on every login.
 */
export function initialSyncMessages(parts: {
  known: User[]
  chats: HistoryChat[]
  form: HistoryForm
  media: MediaStore
  appStateKey: AppStateKey
}): proto.IMessage[] {
  return [{ protocolMessage: appStateKeyShare(parts.appStateKey) }, { protocolMessage: historyNotification(parts) }]
}

function appStateKeyShare({ id, data }: AppStateKey): proto.Message.IProtocolMessage {
  const fingerprint = { rawId: 1, currentIndex: 0, deviceIndexes: [0] }
  const keyData = { keyData: data, fingerprint, timestamp: Date.now() }
  return {
    type: proto.Message.ProtocolMessage.Type.APP_STATE_SYNC_KEY_SHARE,
    appStateSyncKeyShare: { keys: [{ keyId: { keyId: id }, keyData }] },
  }
}

function historyNotification({
  known,
  chats,
  form,
  media,
}: Parameters<typeof initialSyncMessages>[0]): proto.Message.IProtocolMessage {
  const { HistorySyncType } = proto.HistorySync
  const part = {
    chunkOrder: 1,
    progress: 100,
    conversations: chats.map(conversation),
    pushnames: known.map(({ pn, name }) => ({ id: pn, pushname: name })),
    phoneNumberToLidMappings: known.map(({ pn, lid }) => ({ pnJid: pn, lidJid: lid })),
  }
  return announce({ ...part, syncType: HistorySyncType.INITIAL_BOOTSTRAP }, (bytes) =>
    form === "inline" ? { initialHistBootstrapInlinePayload: bytes } : media.sealHistory(bytes),
  )
}

/**
 * What a phone answers to a companion that asks for older messages of a chat; undefined when it is no such request.
 * Only messages with a time of their own can be asked for.
 */
export function olderMessages(
  request: proto.IMessage,
  { id, chats, find }: { id: string; chats: HistoryChat[]; find: (jid: string) => User | undefined },
): proto.IMessage | undefined {
  const asked = request.protocolMessage?.peerDataOperationRequestMessage?.historySyncOnDemandRequest
  if (!asked) return undefined
  const before = Number(asked.oldestMsgTimestampMs ?? 0) / 1000
  const contact = find(asked.chatJid ?? "")
  const conversations = chats
    .filter((chat) => chat.contact === contact)
    .map(({ messages, ...chat }) => {
      const older = messages.filter(({ at }) => at !== undefined && at < before)
      return conversation({ ...chat, messages: older.slice(-(asked.onDemandMsgCount ?? 50)) })
    })
  const part = { syncType: proto.HistorySync.HistorySyncType.ON_DEMAND, chunkOrder: 1, progress: 100, conversations }
  const notice = announce(part, (bytes) => ({ initialHistBootstrapInlinePayload: bytes, peerDataRequestSessionId: id }))
  return { protocolMessage: notice }
}

function announce(
  part: proto.IHistorySync & { syncType: proto.HistorySync.HistorySyncType },
  carry: (bytes: Buffer) => proto.Message.IHistorySyncNotification,
): proto.Message.IProtocolMessage {
  const { syncType, chunkOrder = 1, progress = 100 } = part
  const bytes = deflateSync(proto.HistorySync.encode(part).finish())
  return {
    type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment, typescript/no-unnecessary-type-conversion -- both enumerations have the same numbers
    historySyncNotification: { syncType: Number(syncType), chunkOrder, progress, ...carry(bytes) },
  }
}

/** Clients expect the newest message first. */
function conversation({ contact, messages }: HistoryChat): proto.IConversation {
  const id = contact.address(contact.addressing)
  const entries = messages.map((message, index) => ({
    msgOrderId: index + 1,
    message: {
      key: { remoteJid: id, fromMe: message.fromMe, id: message.messageId ?? messageId() },
      message: { conversation: message.text },
      messageTimestamp: message.at ?? nowSeconds() - (messages.length - index),
    },
  }))
  const newest = entries.at(-1)?.message.messageTimestamp ?? nowSeconds()
  return {
    id,
    name: contact.name,
    lidJid: contact.lid,
    pnJid: contact.pn,
    conversationTimestamp: newest,
    messages: entries.reverse(),
  }
}
