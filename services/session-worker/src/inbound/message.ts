import { proto } from "@whiskeysockets/baileys"
import { Binary } from "mongodb"
import { derivedId } from "@wildcat/shared/contracts"
import type { MediaRef, MessageView } from "@wildcat/shared/contracts"
import { signMediaLink } from "@wildcat/shared/runtime"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { MessageDoc } from "@wildcat/shared/store"
import { readEphemeral } from "../chats/ephemeral.ts"
import type { Change } from "../log/entry.ts"
import { readContent } from "./content.ts"
import type { ReadContent } from "./content.ts"
import type { Envelope, Viewpoint } from "./envelope.ts"
import { fitEvent } from "./fit-event.ts"
import { resolvePerson } from "./people.ts"

export interface MessageContext extends Viewpoint {
  tenant: string
  box: SecretBox
  publicUrl: string
  mediaLinkDays: number
}

/** Everything that a message from outside makes true: its row, its event, the task to fetch its media. Empty when it only carries keys. */
export function messageChange(envelope: Envelope, received: proto.IMessage, context: MessageContext): Change {
  const message = innerOf(received)
  const ephemeral = readEphemeral(envelope, message, context.account)
  if (ephemeral !== null) return ephemeral
  const read = readContent(message)
  if (read === null) return {}
  const view = viewOf(envelope, read, context)
  const type = envelope.fromMe ? "message.sent" : "message.received"
  const event = { id: derivedId("event", view.id, type), type, time: view.timestamp, data: fitEvent(view) } as const
  return {
    messages: [rowOf(envelope, view, message, context)],
    events: [event],
    ...(view.media === null ? {} : { tasks: [taskOf(view, view.media.id, event.id, context)] }),
  }
}

/** What it makes true that a message is given up: a row that says so, and the event. */
export function undecryptableChange(envelope: Envelope, reason: string, context: MessageContext): Change {
  const view = viewOf(envelope, { content: { type: "undecryptable", reason }, context: null }, context)
  const type = "message.undecryptable"
  return {
    messages: [rowOf(envelope, view, proto.Message.create(), context)],
    events: [{ id: derivedId("event", view.id, type), type, time: view.timestamp, data: view }],
  }
}

/** What a message of an own device says; its context stands inside or around what it sent. */
export function innerOf(received: proto.IMessage): proto.IMessage {
  const message = received.deviceSentMessage?.message
  if (!message) return received
  const messageContextInfo = message.messageContextInfo ?? received.messageContextInfo
  return messageContextInfo ? { ...message, messageContextInfo } : message
}

function viewOf(envelope: Envelope, read: ReadContent, context: MessageContext): MessageView {
  const { id, waId, chat, author, authorName, fromMe, source } = envelope
  const quoted = read.context?.stanzaId
    ? { waId: read.context.stanzaId, author: resolvePerson(context.names, read.context.participant) }
    : null
  return {
    id,
    waId,
    chat,
    author,
    authorName,
    fromMe,
    source,
    timestamp: envelope.timestamp.toISOString(),
    content: read.content,
    media: read.media === undefined ? null : mediaRef(derivedId("media", id), read.media, context),
    quoted,
    mentions: (read.context?.mentionedJid ?? []).map((jid) => resolvePerson(context.names, jid)),
  }
}

/** A reference to media with a link that opens for some days. */
export function mediaRef(
  media: string,
  declared: Omit<MediaRef, "id" | "url" | "urlExpiresAt">,
  context: Pick<MessageContext, "box" | "publicUrl" | "mediaLinkDays">,
): MediaRef {
  const expiresAt = new Date(Math.floor(Date.now() / 1000) * 1000 + context.mediaLinkDays * 86_400_000)
  const url = signMediaLink({ publicUrl: context.publicUrl, media, expiresAt }, context.box)
  return { id: media, ...declared, url, urlExpiresAt: expiresAt.toISOString() }
}

function rowOf(envelope: Envelope, view: MessageView, message: proto.IMessage, context: MessageContext): MessageDoc {
  const raw = context.box.seal(proto.Message.encode(message).finish(), `message:${view.id}`)
  const { id, ...rest } = view
  return {
    _id: id,
    tenant: context.tenant,
    account: context.account,
    ...rest,
    timestamp: envelope.timestamp,
    media: view.media === null ? null : { ...view.media, status: "pending", error: null },
    status: envelope.fromMe ? "server_ack" : null,
    timeline: envelope.fromMe ? [{ status: "server_ack", at: view.timestamp, recipient: null }] : [],
    error: null,
    raw: new Binary(raw),
    createdAt: new Date(),
  }
}

function taskOf(view: MessageView, media: string, event: string, { tenant, account }: MessageContext) {
  return { tenant, account, message: view.id, media, event }
}
