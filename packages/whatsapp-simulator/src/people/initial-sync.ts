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
  const encoded = proto.HistorySync.encode({
    syncType: proto.HistorySync.HistorySyncType.INITIAL_BOOTSTRAP,
    chunkOrder: 1,
    progress: 100,
    conversations: chats.map(conversation),
    pushnames: known.map(({ pn, name }) => ({ id: pn, pushname: name })),
    phoneNumberToLidMappings: known.map(({ pn, lid }) => ({ pnJid: pn, lidJid: lid })),
  }).finish()
  return {
    type: proto.Message.ProtocolMessage.Type.HISTORY_SYNC_NOTIFICATION,
    historySyncNotification: {
      syncType: proto.Message.HistorySyncType.INITIAL_BOOTSTRAP,
      chunkOrder: 1,
      progress: 100,
      ...(form === "inline"
        ? { initialHistBootstrapInlinePayload: deflateSync(encoded) }
        : media.sealHistory(deflateSync(encoded))),
    },
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
