import { proto } from "@whiskeysockets/baileys"
import type { AuthenticationCreds } from "@whiskeysockets/baileys"
import type { Change } from "../log/entry.ts"
import { mergeChange } from "../log/merge-change.ts"

/**
 * What a message of the account's own phone to this device makes true. Baileys stores app-state keys only after it has
 * confirmed the message; here they are part of the decryption's change, and so is a part of the history that is announced:
 * it is fetched and stored later, by whoever owns the session then.
 */
export function peerChange(message: proto.IMessage, creds: AuthenticationCreds, waId: string): Change {
  const change: Change = {}
  mergeChange(change, keysChange(message, creds))
  mergeChange(change, historyChange(message, waId))
  return change
}

function keysChange(message: proto.IMessage, creds: AuthenticationCreds): Change {
  const keys = message.protocolMessage?.appStateSyncKeyShare?.keys ?? []
  const shared = keys.flatMap((key) =>
    key.keyId?.keyId && key.keyData ? [[Buffer.from(key.keyId.keyId).toString("base64"), key.keyData] as const] : [],
  )
  const last = shared.at(-1)
  if (last === undefined) return {}
  creds.myAppStateKeyId = last[0]
  return { state: { "app-state-sync-key": Object.fromEntries(shared), creds: { creds } } }
}

function historyChange(message: proto.IMessage, waId: string): Change {
  const announced = message.protocolMessage?.historySyncNotification
  if (!announced) return {}
  const notification = Buffer.from(proto.Message.HistorySyncNotification.encode(announced).finish())
  return { state: { history: { [waId]: { notification, at: Date.now(), done: 0, messages: 0, skipped: 0 } } } }
}
