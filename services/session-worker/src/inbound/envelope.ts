import type { BinaryNode } from "@whiskeysockets/baileys"
import { messageId } from "@wildcat/shared/contracts"
import type { ChatRef, MessageView, Person } from "@wildcat/shared/contracts"
import { chatOf, deviceOf, keyOf, resolvePerson } from "./people.ts"
import type { Names } from "./people.ts"

/** Who says something where, as the stanza around the ciphertext tells. */
export interface Envelope {
  /** Our id of the message: the same for every delivery of it. */
  id: string
  waId: string
  chat: ChatRef
  author: Person
  authorName: string | null
  fromMe: boolean
  source: MessageView["source"]
  timestamp: Date
  /** From the account's own phone to this device, not part of any chat: keys, history. */
  isPeer: boolean
}

export interface Viewpoint {
  account: string
  me: Person
  names: Names
}

/** Reads the attributes of a `message` stanza (research: decodeMessageNode of Baileys 7.0.0-rc14). */
export function readEnvelope(stanza: BinaryNode, view: Viewpoint): Envelope {
  const attrs: Partial<Record<string, string>> = stanza.attrs
  const from = attrs["from"] ?? ""
  const sender = attrs["participant"] ?? from
  const author = resolvePerson(view.names, sender, senderAlias(attrs))
  const fromMe = isSame(author, view.me)
  const chat = attrs["recipient"]
    ? chatOf(view.names, attrs["recipient"], attrs["recipient_pn"] ?? attrs["recipient_lid"] ?? peerAlias(attrs))
    : chatOf(view.names, from, attrs["participant"] === undefined ? senderAlias(attrs) : null)
  const waId = attrs["id"] ?? ""
  return {
    id: idOf(stanza, { account: view.account, chat: chatKey(chat), author: keyOf(author), waId, fromMe }),
    waId,
    chat,
    author: fromMe ? view.me : author,
    authorName: attrs["notify"] ?? null,
    fromMe,
    source: fromMe ? (deviceOf(sender) === 0 ? "phone" : "device") : "contact",
    timestamp: timeOf(attrs["t"]),
    isPeer: attrs["category"] === "peer",
  }
}

type IdParts = Parameters<typeof messageId>[0]
const ids = new WeakMap<BinaryNode, { parts: IdParts; id: string }>()

/** A stanza is read several times, and its id is what costs most; it changes when a LID is learned meanwhile. */
function idOf(stanza: BinaryNode, parts: IdParts): string {
  const earlier = ids.get(stanza)
  if (earlier !== undefined && isSameMessage(earlier.parts, parts)) return earlier.id
  const id = messageId(parts)
  ids.set(stanza, { parts, id })
  return id
}

function isSameMessage(one: IdParts, other: IdParts): boolean {
  return one.chat === other.chat && one.author === other.author && one.fromMe === other.fromMe
}

/** Seconds since 1970 as WhatsApp writes them; now when they are missing. */
export function timeOf(seconds: string | undefined): Date {
  const value = Number(seconds)
  return Number.isFinite(value) && value > 0 ? new Date(value * 1000) : new Date()
}

export function isSame(one: Person, other: Person): boolean {
  return (one.pn !== null && one.pn === other.pn) || (one.lid !== null && one.lid === other.lid)
}

export function chatKey(chat: ChatRef): string {
  return chat.kind === "direct" ? keyOf(chat) : chat.jid
}

function senderAlias(attrs: Partial<Record<string, string>>): string | undefined {
  return attrs["participant_pn"] ?? attrs["participant_lid"] ?? attrs["sender_pn"] ?? attrs["sender_lid"]
}

function peerAlias(attrs: Partial<Record<string, string>>): string | undefined {
  return attrs["peer_recipient_pn"] ?? attrs["peer_recipient_lid"]
}
