import { createCipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto"
import { proto } from "@whiskeysockets/baileys"

/** A file as WhatsApp's clients encrypt it, and the message fields that name it. */
export interface EncryptedMedia {
  plain: Buffer
  /** Ciphertext and MAC, as the media host serves them. */
  body: Buffer
  fields: { mediaKey: Buffer; fileSha256: Buffer; fileEncSha256: Buffer; fileLength: number }
}

export function encryptMedia(plain: Buffer, keyName = "Image"): EncryptedMedia {
  const mediaKey = randomBytes(32)
  const keys = Buffer.from(hkdfSync("sha256", mediaKey, Buffer.alloc(0), `WhatsApp ${keyName} Keys`, 112))
  const iv = keys.subarray(0, 16)
  const cipher = createCipheriv("aes-256-cbc", keys.subarray(16, 48), iv)
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
  const mac = createHmac("sha256", keys.subarray(48, 80)).update(iv).update(ciphertext).digest().subarray(0, 10)
  const body = Buffer.concat([ciphertext, mac])
  return {
    plain,
    body,
    fields: { mediaKey, fileSha256: sha256(plain), fileEncSha256: sha256(body), fileLength: plain.length },
  }
}

export function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest()
}

/** The protobuf of a message with an image. */
export function imageMessage(fields: proto.Message.IImageMessage): Buffer {
  return Buffer.from(proto.Message.encode({ imageMessage: { mimetype: "image/png", ...fields } }).finish())
}
