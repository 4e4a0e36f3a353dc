import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { hkdf } from "@whiskeysockets/baileys"
import type { MediaKeyName } from "./media-kinds.ts"

const macBytes = 10

/** A file as it travels: `body` is the ciphertext and its MAC. */
export type EncryptedMedia = {
  body: Buffer
  mediaKey: Buffer
  fileSha256: Buffer
  fileEncSha256: Buffer
  fileLength: number
}

/** Encrypts a file under a fresh key. `kind` is the media kind as the key derivation names it, e.g. Image. */
export function encryptMedia(bytes: Buffer, kind: MediaKeyName): EncryptedMedia {
  const mediaKey = randomBytes(32)
  const { iv, cipherKey, macKey } = mediaKeys(mediaKey, kind)
  const cipher = createCipheriv("aes-256-cbc", cipherKey, iv)
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()])
  const body = Buffer.concat([ciphertext, macOf(macKey, iv, ciphertext)])
  return { body, mediaKey, fileSha256: sha256(bytes), fileEncSha256: sha256(body), fileLength: bytes.length }
}

/** Decrypts a file and checks all that can be checked. @throws Error when a hash, the MAC or the length is wrong. */
export function decryptMedia(
  media: { body: Buffer; mediaKey: Uint8Array; fileSha256: Uint8Array; fileEncSha256: Uint8Array },
  kind: MediaKeyName,
): Buffer {
  if (!sha256(media.body).equals(media.fileEncSha256)) throw new Error("the hash of the ciphertext is wrong")
  const { iv, cipherKey, macKey } = mediaKeys(media.mediaKey, kind)
  const ciphertext = media.body.subarray(0, -macBytes)
  if (!timingSafeEqual(media.body.subarray(-macBytes), macOf(macKey, iv, ciphertext)))
    throw new Error("the MAC is wrong")
  const decipher = createDecipheriv("aes-256-cbc", cipherKey, iv)
  const bytes = Buffer.concat([decipher.update(ciphertext), decipher.final()])
  if (!sha256(bytes).equals(media.fileSha256)) throw new Error("the hash of the file is wrong")
  return bytes
}

function mediaKeys(mediaKey: Uint8Array, kind: MediaKeyName) {
  const expanded = Buffer.from(hkdf(Buffer.from(mediaKey), 112, { info: `WhatsApp ${kind} Keys` }))
  return { iv: expanded.subarray(0, 16), cipherKey: expanded.subarray(16, 48), macKey: expanded.subarray(48, 80) }
}

function macOf(macKey: Buffer, iv: Buffer, ciphertext: Buffer): Buffer {
  return createHmac("sha256", macKey).update(iv).update(ciphertext).digest().subarray(0, macBytes)
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest()
}
