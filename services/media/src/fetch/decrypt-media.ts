import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto"
import { MediaFailure } from "./media-failure.ts"
import type { MediaReference } from "./media-reference.ts"

/** WhatsApp appends the first ten bytes of the HMAC to the ciphertext. */
const macBytes = 10

/** What encryption may add to a file: padding of one block and the MAC. */
export const overheadBytesMax = 16 + macBytes

/**
 * Decrypts a media while it arrives, in flat memory: AES-256-CBC, keys by HKDF from the media key. Before its last
 * block it checks digest and MAC of the ciphertext and throws MediaFailure when one is wrong. What it yields is
 * unverified until it ends: the caller must not show any of it before, and checks the plain digest with `verifyPlain`.
 */
export async function* decryptMedia(
  encrypted: AsyncIterable<Buffer>,
  reference: Pick<MediaReference, "mediaKey" | "keyInfo" | "fileEncSha256">,
): AsyncGenerator<Buffer> {
  const { iv, cipherKey, macKey } = mediaKeys(reference)
  const digest = createHash("sha256")
  const mac = createHmac("sha256", macKey).update(iv)
  const decipher = createDecipheriv("aes-256-cbc", cipherKey, iv)
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of encrypted) {
    digest.update(chunk)
    // The last bytes so far may be the MAC: they are kept back, and the rest passes without a copy.
    const tail = Buffer.concat([held, chunk.subarray(-macBytes)])
    const passed = Math.max(0, held.length + chunk.length - macBytes)
    const ciphertext = [held.subarray(0, passed), chunk.subarray(0, Math.max(0, chunk.length - macBytes))]
    held = tail.subarray(-macBytes)
    for (const bytes of ciphertext) {
      mac.update(bytes)
      const plain = decipher.update(bytes)
      if (plain.length > 0) yield plain
    }
  }
  checkCiphertext(reference, { digest: digest.digest(), mac: mac.digest().subarray(0, macBytes), found: held })
  const last = finish(decipher)
  if (last.length > 0) yield last
}

/** Throws MediaFailure when a decrypted file is not the one that the message names. */
export function verifyPlain(
  plain: { bytes: number; sha256: string },
  reference: Pick<MediaReference, "fileSha256" | "fileLength">,
): void {
  if (reference.fileLength !== null && reference.fileLength !== plain.bytes) throw new MediaFailure("length_mismatch")
  if (!equal(Buffer.from(plain.sha256, "hex"), reference.fileSha256)) throw new MediaFailure("hash_mismatch")
}

function mediaKeys({ mediaKey, keyInfo }: Pick<MediaReference, "mediaKey" | "keyInfo">) {
  const expanded = Buffer.from(hkdfSync("sha256", mediaKey, Buffer.alloc(0), keyInfo, 112))
  return { iv: expanded.subarray(0, 16), cipherKey: expanded.subarray(16, 48), macKey: expanded.subarray(48, 80) }
}

function checkCiphertext(
  { fileEncSha256 }: Pick<MediaReference, "fileEncSha256">,
  actual: { digest: Buffer; mac: Buffer; found: Buffer },
): void {
  if (fileEncSha256 !== null && !equal(actual.digest, fileEncSha256)) throw new MediaFailure("ciphertext_hash_mismatch")
  if (!equal(actual.mac, actual.found)) throw new MediaFailure("mac_mismatch")
}

/** The MAC was right, so padding that is wrong was made by the sender. */
function finish(decipher: ReturnType<typeof createDecipheriv>): Buffer {
  try {
    return decipher.final()
  } catch (error) {
    throw new MediaFailure("hash_mismatch", error)
  }
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
