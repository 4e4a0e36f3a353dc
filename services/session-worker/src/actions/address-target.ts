import type { proto } from "@whiskeysockets/baileys"
import type { Person } from "@wildcat/shared/contracts"
import type { MessageAction, MessageDoc } from "@wildcat/shared/store"
import { NotSendable } from "../outbound/content.ts"
import type { SendParts } from "../outbound/content.ts"

/** The message that a send is about. Throws NotSendable when there is nothing that could be done to it. */
export async function targetOf(id: string, { targets, store, account }: SendParts): Promise<MessageDoc> {
  const message = await targets.byId(id)
  if (message === null) {
    const row = await store.collections.outbox.findOne({ _id: id, account })
    // Sends are taken in order: it is under way, and soon in the log.
    if (row !== null && (row.status === "queued" || row.status === "sending")) throw new Error("not in the log yet")
    throw new NotSendable("message_not_found", "the message that this is about was not sent, or is not known")
  }
  if (message.revoked) throw new NotSendable("message_revoked", "the message that this is about was removed")
  if (message.status === "failed") throw new NotSendable("message_not_sent", "the message that this is about failed")
  return message
}

/** How a chat calls people: WhatsApp's clients recognise only these names. */
export type Addressing = "lid" | "pn"

export async function addressingOf({ to, socket }: SendParts): Promise<Addressing> {
  if (!to.endsWith("@g.us")) return to.endsWith("@lid") ? "lid" : "pn"
  const { addressingMode, participants } = await socket.groupMetadata(to)
  return addressingMode ?? (participants[0]?.id.endsWith("@lid") ? "lid" : "pn")
}

export function nameOf({ pn, lid }: Person, addressing: Addressing): string {
  return (addressing === "lid" ? (lid ?? pn) : (pn ?? lid)) ?? ""
}

/** How the message is named to the others in its chat. */
export async function keyOf(message: MessageDoc, parts: SendParts): Promise<proto.IMessageKey> {
  const key = { remoteJid: parts.to, fromMe: message.fromMe, id: message.waId }
  if (message.fromMe || message.chat.kind !== "group") return key
  return { ...key, participant: nameOf(message.author, await addressingOf(parts)) }
}

/** What a send does to the message, as the log will say it. */
export function doneTo(message: MessageDoc, action: MessageAction) {
  return { target: { id: message._id, waId: message.waId, author: message.author }, action }
}
