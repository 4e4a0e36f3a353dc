import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync, randomBytes } from "node:crypto"

/**
 * Encrypts what must not be readable in the database: AES-256-GCM, a fresh nonce each, bound to a context
 * (for example the document's id) so that a value cannot be moved elsewhere.
 * Layout: version 1 (1 byte), key id (4), nonce (12), tag (16), ciphertext.
 */
export interface SecretBox {
  seal(plain: Uint8Array, context: string): Buffer
  /** Throws when the value was not sealed under a known key and this context. */
  open(sealed: Uint8Array, context: string): Buffer
  /** A key for another purpose (for example signing links), derived from the current key. */
  deriveKey(purpose: string): Buffer
  /** The same from every key that may still be in use, the current one first. */
  deriveKeys(purpose: string): Buffer[]
}

const version = 1
const headerBytes = 1 + 4 + 12 + 16

/** `keys` are 64 hex digits each, the current one first. */
export function createSecretBox(...keys: readonly (string | undefined)[]): SecretBox {
  const ring = keys.flatMap((key) => (key ? [keyOf(Buffer.from(key, "hex"))] : []))
  const [current] = ring
  if (current === undefined) throw new Error("a secret box needs a key")

  return {
    seal(plain, context) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv("aes-256-gcm", current.sealing, nonce)
      cipher.setAAD(Buffer.from(context))
      const body = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([Buffer.of(version), current.id, nonce, cipher.getAuthTag(), body])
    },
    open(sealed, context) {
      const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
      const key = ring.find((each) => each.id.equals(bytes.subarray(1, 5)))
      if (bytes.length < headerBytes || bytes[0] !== version || key === undefined) {
        throw new Error("the value was not sealed with a known key")
      }
      const decipher = createDecipheriv("aes-256-gcm", key.sealing, bytes.subarray(5, 17))
      decipher.setAAD(Buffer.from(context))
      decipher.setAuthTag(bytes.subarray(17, headerBytes))
      return Buffer.concat([decipher.update(bytes.subarray(headerBytes)), decipher.final()])
    },
    deriveKey: (purpose) => derive(current.root, purpose),
    deriveKeys: (purpose) => ring.map((key) => derive(key.root, purpose)),
  }
}

function keyOf(root: Buffer) {
  // As a KeyObject: Node takes four times as long for a cipher whose key is bytes.
  const sealing = createSecretKey(derive(root, "seal"))
  return { root, sealing, id: createHash("sha256").update(root).digest().subarray(0, 4) }
}

function derive(root: Buffer, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", root, Buffer.alloc(0), `wildcat ${purpose}`, 32))
}
