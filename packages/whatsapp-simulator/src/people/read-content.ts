import { normalizeMessageContent, proto } from "@whiskeysockets/baileys"
import type { User } from "../directory/user.ts"
import { fileIn } from "../media/media-kinds.ts"
import type { MediaStore } from "../media/media-store.ts"
import type { Polls } from "./polls.ts"
import type { ReceivedMessage } from "./received-message.ts"

export type MessageContent = Omit<ReceivedMessage, "messageId" | "from" | "chat" | "copies" | "receivedAt">
type Reading = { media: MediaStore; polls: Polls; author: User }

/**
 * What a decrypted message says. `kind` is text, a kind of media, reaction, edit, revoke, vote, or the name of the
 * protobuf field.
 */
export function readContent(message: proto.IMessage, reading: Reading): MessageContent {
  const content = normalizeMessageContent(message) ?? message
  const { conversation, reactionMessage, protocolMessage } = content
  if (typeof conversation === "string" && conversation !== "") return { kind: "text", text: conversation }
  const detailed = { ...readDetails(content), ...(isViewOnce(message) ? { viewOnce: true } : {}) }
  if (protocolMessage) return { ...readProtocol(protocolMessage, reading), ...detailed }
  if (content.extendedTextMessage) return { ...readText(content.extendedTextMessage), ...detailed }
  if (fileIn(content)) return { ...readFile(content, reading.media), ...detailed }
  if (reactionMessage) {
    return { kind: "reaction", text: reactionMessage.text ?? "", refersTo: reactionMessage.key?.id ?? "", ...detailed }
  }
  if (content.pinInChatMessage) return { ...readPin(content), ...detailed }
  if (content.pollUpdateMessage) return readVote(content.pollUpdateMessage, reading)
  return { kind: fieldOf(content)?.[0] ?? "empty", ...detailed }
}

function readText(text: proto.Message.IExtendedTextMessage): MessageContent {
  const quoted = text.contextInfo?.stanzaId
  return { kind: "text", text: text.text ?? "", ...(quoted ? { refersTo: quoted } : {}) }
}

/** The protobuf's field in its JSON form: bytes in base64. */
function readDetails(content: proto.IMessage): { details?: Record<string, unknown> } {
  const field = fieldOf(content)?.[0]
  if (field === undefined) return {}
  const details: unknown = proto.Message.fromObject(content).toJSON()[field]
  return typeof details === "object" && details !== null ? { details: { ...details } } : {}
}

function fieldOf(content: proto.IMessage): [string, unknown] | undefined {
  return Object.entries(content).find(
    ([name, value]) => value && name !== "messageContextInfo" && name !== "senderKeyDistributionMessage",
  )
}

function readFile(content: proto.IMessage, media: MediaStore): MessageContent {
  const found = fileIn(content)
  if (!found) return { kind: "empty" }
  const caption = (content.imageMessage ?? content.videoMessage ?? content.documentMessage)?.caption
  const { kind, file } = found
  const described = { kind, ...(caption ? { caption } : {}), ...(file.mimetype ? { mimetype: file.mimetype } : {}) }
  try {
    return { ...described, bytesBase64: media.open(file, kind).toString("base64") }
  } catch (error) {
    return { ...described, mediaError: error instanceof Error ? error.message : "unknown" }
  }
}

function readProtocol(protocolMessage: proto.Message.IProtocolMessage, reading: Reading): MessageContent {
  const refersTo = protocolMessage.key?.id ?? ""
  if (protocolMessage.editedMessage)
    return { ...readContent(protocolMessage.editedMessage, reading), kind: "edit", refersTo }
  if (protocolMessage.type === proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING) {
    return { kind: "ephemeral", seconds: protocolMessage.ephemeralExpiration ?? 0 }
  }
  return { kind: protocolMessage.type === 0 ? "revoke" : "protocol", refersTo }
}

function readPin({ pinInChatMessage, messageContextInfo }: proto.IMessage): MessageContent {
  const kind = pinInChatMessage?.type === proto.Message.PinInChatMessage.Type.UNPIN_FOR_ALL ? "unpin" : "pin"
  const seconds = messageContextInfo?.messageAddOnDurationInSecs ?? 0
  return { kind, refersTo: pinInChatMessage?.key?.id ?? "", seconds }
}

function readVote(update: proto.Message.IPollUpdateMessage, { polls, author }: Reading): MessageContent {
  const refersTo = update.pollCreationMessageKey?.id ?? ""
  const { encPayload, encIv } = update.vote ?? {}
  if (!encPayload || !encIv) return { kind: "vote", refersTo, details: { error: "the vote is not encrypted" } }
  try {
    return { kind: "vote", refersTo, details: { options: polls.open(refersTo, author, { encPayload, encIv }) } }
  } catch (error) {
    return { kind: "vote", refersTo, details: { error: error instanceof Error ? error.message : "unknown" } }
  }
}

/** The sender wants it to be looked at once: a wrapper says so, or the content itself. */
function isViewOnce(message: proto.IMessage): boolean {
  const wrapped = message.viewOnceMessage ?? message.viewOnceMessageV2 ?? message.viewOnceMessageV2Extension
  const inner = message.ephemeralMessage?.message
  return Boolean(wrapped) || (inner !== null && inner !== undefined && isViewOnce(inner))
}
