import { normalizeMessageContent } from "@whiskeysockets/baileys"
import type { proto } from "@whiskeysockets/baileys"
import type { MessageContent, OutboundContent } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { targetOf } from "../actions/address-target.ts"
import { editedOf } from "../actions/edit.ts"
import { NotSendable } from "./content.ts"
import type { OutboundSender, SendParts } from "./content.ts"
import { isStillThere } from "./still-there.ts"
import { sendMedia } from "./media.ts"

/** Says a stored message again, marked as forwarded; its file is used where it is, as long as WhatsApp has it. */
export const sendForward: OutboundSender<"forward"> = async ({ message: id }, parts) => {
  const source = await targetOf(id, parts)
  const original = originalOf(source, parts)
  const message = (await isUsable(original, parts)) ? original : await uploadedAgain(source, parts)
  return {
    message: markForwarded(message, scoreOf(original) + 1),
    content: source.content,
    media: source.media && { ...source.media },
  }
}

const forwardable = [
  "extendedTextMessage",
  "imageMessage",
  "videoMessage",
  "ptvMessage",
  "audioMessage",
  "documentMessage",
  "stickerMessage",
  "locationMessage",
  "contactMessage",
  "contactsArrayMessage",
] as const

/** The message alone: without its secret, quote and mentions, which belong to the chat that it was said in. */
function originalOf(source: MessageDoc, parts: SendParts): proto.IMessage {
  const raw = parts.targets.open(source)
  const inner = raw && (normalizeMessageContent(raw) ?? raw)
  if (!inner || ("viewOnce" in source.content && source.content.viewOnce)) throw notForwardable()
  const text = textOf(source.content)
  const said = source.editedAt && text !== null ? editedOf(source, text, parts) : inner
  if (said.conversation) return { extendedTextMessage: { text: said.conversation } }
  for (const field of forwardable) if (said[field]) return { [field]: said[field] }
  throw notForwardable()
}

function notForwardable(): NotSendable {
  return new NotSendable("not_forwardable", "messages of this kind cannot be forwarded")
}

function textOf(content: MessageContent): string | null {
  if (content.type === "text") return content.text
  return "caption" in content ? content.caption : null
}

function fieldOf(message: proto.IMessage) {
  const field = forwardable.find((name) => message[name])
  return field && message[field]
}

function scoreOf(message: proto.IMessage): number {
  return fieldOf(message)?.contextInfo?.forwardingScore ?? 0
}

function markForwarded(message: proto.IMessage, forwardingScore: number): proto.IMessage {
  const field = forwardable.find((name) => message[name])
  const contextInfo = { isForwarded: true, forwardingScore }
  return field === undefined ? message : { [field]: { ...message[field], contextInfo } }
}

async function isUsable(message: proto.IMessage, parts: SendParts): Promise<boolean> {
  const file = fieldOf(message)
  return !file || !("directPath" in file) || (await isStillThere(file.directPath, parts.socket))
}

async function uploadedAgain({ content, media }: MessageDoc, parts: SendParts): Promise<proto.IMessage> {
  if (media?.status !== "stored")
    throw new NotSendable("media_expired", "neither WhatsApp nor this gateway has the file")
  const { message } = await sendMedia(asSend(content, media), { ...parts, context: null })
  return message
}

function asSend(content: MessageContent, { id, fileName }: NonNullable<MessageDoc["media"]>) {
  const caption = "caption" in content && content.caption !== null ? { caption: content.caption } : {}
  const stored = { mediaId: id, ...caption }
  switch (content.type) {
    case "image":
      return { type: "image", ...stored } satisfies OutboundContent
    case "video":
      return { type: "video", ...stored, gif: content.gif, note: content.note } satisfies OutboundContent
    case "audio":
      return { type: "audio", mediaId: id, voice: content.voice } satisfies OutboundContent
    case "document":
      return { type: "document", ...stored, ...(fileName === null ? {} : { fileName }) } satisfies OutboundContent
    case "sticker":
      return { type: "sticker", mediaId: id } satisfies OutboundContent
    default:
      throw notForwardable()
  }
}
