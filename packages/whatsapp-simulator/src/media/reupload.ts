import { aesEncryptGCM, hkdf, proto } from "@whiskeysockets/baileys"
import { randomBytes } from "node:crypto"
import { nowSeconds } from "../stanza/ids.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, child, node } from "../stanza/nodes.ts"

const retryKeyInfo = "WhatsApp Media Retry Notification"
/** The phone does not have the file any more. */
const notFoundCode = 2

/** The phone's answer to a client that could not download a file: where it is now. Undefined path: it is lost. */
export function reuploadNotice(
  request: Stanza,
  fields: { from: string; file: { mediaKey: Uint8Array; directPath: string } | undefined },
): Stanza {
  const id = attribute(request, "id") ?? ""
  const { from, file } = fields
  const content = file ? encrypted(id, file) : node("error", { code: notFoundCode })
  const rmr = child(request, "rmr")
  return node("notification", { type: "mediaretry", from, id, t: nowSeconds() }, rmr ? [content, rmr] : [content])
}

function encrypted(id: string, file: { mediaKey: Uint8Array; directPath: string }): Stanza {
  const notice = proto.MediaRetryNotification.encode({
    stanzaId: id,
    directPath: file.directPath,
    result: proto.MediaRetryNotification.ResultType.SUCCESS,
  }).finish()
  const iv = randomBytes(12)
  const key = hkdf(Buffer.from(file.mediaKey), 32, { info: retryKeyInfo })
  const ciphertext = aesEncryptGCM(notice, key, iv, Buffer.from(id))
  return node("encrypt", {}, [node("enc_p", {}, ciphertext), node("enc_iv", {}, iv)])
}
