import { createHmac, timingSafeEqual } from "node:crypto"

/** Hashes API keys under the pepper; the hash is what is stored. */
export interface KeyHasher {
  hash(key: string): Buffer
  /** Compares in constant time. */
  matches(key: string, hash: Uint8Array): boolean
}

export function createKeyHasher(pepperHex: string): KeyHasher {
  const pepper = Buffer.from(pepperHex, "hex")
  const hash = (key: string) => createHmac("sha256", pepper).update(key).digest()
  return {
    hash,
    matches: (key, stored) => stored.byteLength === 32 && timingSafeEqual(hash(key), stored),
  }
}

/** The id of the document that an API key belongs to, or null when it has not the form of a key. */
export function keyIdOf(key: string): string | null {
  const match = /^wc_([0-9A-HJKMNP-TV-Z]{26})_[A-Za-z0-9_-]{32,128}$/.exec(key)
  return match ? `key_${match[1]}` : null
}

/** The API key of a document: `wc_<26 characters of its id>_<secret>`. */
export function apiKeyOf(id: string, secret: Buffer): string {
  return `wc_${id.slice(id.indexOf("_") + 1)}_${secret.toString("base64url")}`
}
