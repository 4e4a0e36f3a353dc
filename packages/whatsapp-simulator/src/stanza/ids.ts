import { randomBytes } from "node:crypto"

/** An id for a stanza of the server. */
export function stanzaId(): string {
  return randomBytes(8).toString("hex").toUpperCase()
}

/** An id for a message of a phone or contact, in the form WhatsApp's phones give it. */
export function messageId(): string {
  return `3A${randomBytes(9).toString("hex").toUpperCase()}`
}

export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000)
}
