import type { AuthenticationCreds, proto } from "@whiskeysockets/baileys"
import type { Change } from "../log/entry.ts"

/**
 * What a message of the account's own phone to this device makes true. Baileys stores app-state keys only after it has
 * confirmed the message; here they are part of the decryption's change. It still does its own part afterwards.
 */
export function peerChange(message: proto.IMessage, creds: AuthenticationCreds): Change {
  const keys = message.protocolMessage?.appStateSyncKeyShare?.keys ?? []
  const shared = keys.flatMap((key) =>
    key.keyId?.keyId && key.keyData ? [[Buffer.from(key.keyId.keyId).toString("base64"), key.keyData] as const] : [],
  )
  const last = shared.at(-1)
  if (last === undefined) return {}
  creds.myAppStateKeyId = last[0]
  return { state: { "app-state-sync-key": Object.fromEntries(shared), creds: { creds } } }
}
