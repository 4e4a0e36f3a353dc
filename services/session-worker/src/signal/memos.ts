import { createHash } from "node:crypto"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { SessionState, StateChanges } from "../log/state.ts"

/**
 * What recent ciphertexts contained. Signal decrypts each only once, but WhatsApp's server delivers it again until it has
 * our receipt: the second time it is answered from here.
 */
export interface Memos {
  find(ciphertext: Uint8Array): Uint8Array | undefined
  /** The memo of a decryption, with the removal of memos that nobody will ask for any more. */
  remember(stanza: BinaryNode, ciphertext: Uint8Array, plain: Uint8Array): StateChanges
  /** The server will not deliver this message again. */
  forget(waId: string): StateChanges | null
}

/** Receipts are noted within a second; a server that notes none must not fill the memory. */
const memosMax = 2_000
/** History chunks are delivered by the phone on request again. */
const plainBytesMax = 512 * 1024

export function createMemos(state: SessionState): Memos {
  const byStanza = new Map<string, string[]>()
  const index = (waId: string, hash: string) => byStanza.set(waId, [...(byStanza.get(waId) ?? []), hash])
  for (const [hash, memo] of state.entries("inbox").sort(([, a], [, b]) => a.at - b.at)) index(memo.waId, hash)

  const forget = (waId: string): StateChanges | null => {
    const hashes = byStanza.get(waId)
    if (hashes === undefined) return null
    byStanza.delete(waId)
    return { inbox: Object.fromEntries(hashes.map((hash) => [hash, null])) }
  }
  return {
    find(ciphertext) {
      const memo = state.get("inbox", hashOf(ciphertext))
      return memo === undefined ? undefined : Buffer.from(memo.plain)
    },
    remember(stanza, ciphertext, plain) {
      if (plain.length > plainBytesMax) return {}
      const waId = stanza.attrs["id"] ?? ""
      const hash = hashOf(ciphertext)
      const [oldest] = byStanza.size > memosMax ? byStanza.keys() : []
      const dropped = oldest === undefined || oldest === waId ? null : forget(oldest)
      index(waId, hash)
      return { inbox: { ...dropped?.inbox, [hash]: { waId, plain: Buffer.from(plain), at: Date.now() } } }
    },
    forget,
  }
}

function hashOf(ciphertext: Uint8Array): string {
  return createHash("sha256").update(ciphertext).digest("base64url")
}
