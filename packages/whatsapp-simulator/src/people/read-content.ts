import { type proto, normalizeMessageContent } from "@whiskeysockets/baileys"
import type { MediaStore } from "../media/media-store.ts"
import type { ReceivedMessage } from "./received-message.ts"

export type MessageContent = Omit<ReceivedMessage, "messageId" | "from" | "chat" | "copies" | "receivedAt">

/** What a decrypted message says. `kind` is text, image, reaction, edit, revoke, or the name of the protobuf field. */
export function readContent(message: proto.IMessage, media: MediaStore): MessageContent {
  const content = normalizeMessageContent(message) ?? message
  const { conversation, extendedTextMessage, imageMessage, reactionMessage, protocolMessage } = content
  if (typeof conversation === "string" && conversation !== "") return { kind: "text", text: conversation }
  if (extendedTextMessage) {
    const quoted = extendedTextMessage.contextInfo?.stanzaId
    return { kind: "text", text: extendedTextMessage.text ?? "", ...(quoted ? { refersTo: quoted } : {}) }
  }
  if (imageMessage) return readImage(imageMessage, media)
  if (reactionMessage) {
    return { kind: "reaction", text: reactionMessage.text ?? "", refersTo: reactionMessage.key?.id ?? "" }
  }
  if (protocolMessage) return readProtocol(protocolMessage, media)
  const field = Object.entries(content).find(([name, value]) => value && name !== "messageContextInfo")
  return { kind: field?.[0] ?? "empty" }
}

function readImage(image: proto.Message.IImageMessage, media: MediaStore): MessageContent {
  const { caption, mimetype } = image
  const described = { kind: "image", ...(caption ? { caption } : {}), ...(mimetype ? { mimetype } : {}) }
  try {
    return { ...described, bytesBase64: media.open(image).toString("base64") }
  } catch (error) {
    return { ...described, mediaError: error instanceof Error ? error.message : "unknown" }
  }
}

function readProtocol(protocolMessage: proto.Message.IProtocolMessage, media: MediaStore): MessageContent {
  const refersTo = protocolMessage.key?.id ?? ""
  if (protocolMessage.editedMessage)
    return { ...readContent(protocolMessage.editedMessage, media), kind: "edit", refersTo }
  return { kind: protocolMessage.type === 0 ? "revoke" : "protocol", refersTo }
}
