import type { proto } from "@whiskeysockets/baileys"
import type { MessageContent } from "@wildcat/shared/contracts"

/** `conversation` is a bare text, `extendedTextMessage` one with quotes, mentions or a link preview. */
export function readText(message: proto.IMessage): { content: MessageContent; context: proto.IContextInfo | null } {
  const text = message.conversation ?? message.extendedTextMessage?.text ?? ""
  const content: MessageContent = { type: "text", text, ...previewOf(message.extendedTextMessage) }
  return { content, context: message.extendedTextMessage?.contextInfo ?? null }
}

/** WhatsApp calls the link `matchedText`; a preview without title shows nothing. */
function previewOf(text: proto.Message.IExtendedTextMessage | null | undefined) {
  if (!text?.matchedText || !text.title) return {}
  return { linkPreview: { url: text.matchedText, title: text.title, description: text.description || null } }
}
