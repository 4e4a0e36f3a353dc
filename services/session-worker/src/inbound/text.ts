import type { proto } from "@whiskeysockets/baileys"
import type { MessageContent } from "@wildcat/shared/contracts"

/** `conversation` is a bare text, `extendedTextMessage` one with quotes, mentions or a link preview. */
export function readText(message: proto.IMessage): { content: MessageContent; context: proto.IContextInfo | null } {
  const text = message.conversation ?? message.extendedTextMessage?.text ?? ""
  return { content: { type: "text", text }, context: message.extendedTextMessage?.contextInfo ?? null }
}
