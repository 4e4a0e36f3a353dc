import { createHash } from "node:crypto"
import { ulid } from "ulid"
import { z } from "zod"

/** Prefix of every kind of id. An id is `<prefix>_<26 characters>` and is safe as a NATS subject token. */
const prefixes = {
  tenant: "ten",
  apiKey: "key",
  account: "acc",
  event: "evt",
  message: "msg",
  chat: "cht",
  media: "med",
  webhook: "whk",
  delivery: "dlv",
  attempt: "att",
  request: "req",
  dispatcher: "dsp",
  campaign: "cmp",
  recipient: "rcp",
} as const

export type IdKind = keyof typeof prefixes

/** A new id that sorts by time of creation (ULID). */
export function newId(kind: IdKind): string {
  return `${prefixes[kind]}_${ulid()}`
}

/** A new seed (ULID) for `seededId`. */
export function newSeed(): string {
  return ulid()
}

/** The id of the one thing of a kind that a seed makes; sorts by the time of the seed. */
export function seededId(kind: IdKind, seed: string): string {
  return `${prefixes[kind]}_${seed}`
}

/** The same id for the same parts, always: what makes a repeated effect recognisable. */
export function derivedId(kind: IdKind, ...parts: readonly string[]): string {
  const digest = createHash("sha256")
    .update(JSON.stringify([kind, ...parts]))
    .digest()
  return `${prefixes[kind]}_${crockford(digest).slice(0, 26)}`
}

/** Accepts exactly the ids of one kind. */
export function idSchema(kind: IdKind) {
  return z
    .string()
    .regex(
      new RegExp(`^${prefixes[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`),
      `must be an id that starts with ${prefixes[kind]}_`,
    )
    .meta({ example: `${prefixes[kind]}_01JDGZ8Q4W0000000000000000` })
}

/**
 * The id of a message: derived from what identifies it on WhatsApp, so that a redelivery finds the same document.
 * Own messages are identified by their WhatsApp id alone: receipts for them name nothing else reliably.
 */
export function messageId(key: {
  account: string
  chat: string
  author: string
  waId: string
  fromMe: boolean
}): string {
  return key.fromMe
    ? derivedId("message", key.account, "me", key.waId)
    : derivedId("message", key.account, key.chat, key.author, key.waId)
}

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

function crockford(bytes: Uint8Array): string {
  let text = ""
  for (const byte of bytes) text += alphabet.charAt(byte & 31)
  return text
}
