import { normalizeMessageContent, proto } from "@whiskeysockets/baileys"
import { editableMs } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { readContent } from "../inbound/content.ts"
import { resolvePerson } from "../inbound/people.ts"
import { NotSendable } from "../outbound/content.ts"
import type { SendParts } from "../outbound/content.ts"
import { doneTo, keyOf, targetOf } from "./address-target.ts"
import type { ActionKind } from "./kind.ts"

const { MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type

export const edit: ActionKind<"edit"> = {
  async send(content, parts) {
    const message = await targetOf(content.message, parts)
    assertEditable(message)
    const editedMessage = editedOf(message, content.text, parts)
    const key = await keyOf(message, parts)
    const now = readContent(editedMessage)?.content ?? message.content
    return {
      message: { protocolMessage: { key, type: MESSAGE_EDIT, editedMessage, timestampMs: Date.now() } },
      content,
      media: null,
      done: doneTo(message, { type: "edit", content: now, mentions: message.mentions }),
    }
  },
  read({ protocolMessage }, { names }) {
    if (protocolMessage?.type !== MESSAGE_EDIT || !protocolMessage.key || !protocolMessage.editedMessage) return null
    const read = readContent(protocolMessage.editedMessage)
    if (read === null) return null
    const mentions = (read.context?.mentionedJid ?? []).map((jid) => resolvePerson(names, jid))
    return { key: protocolMessage.key, action: { type: "edit", content: read.content, mentions } }
  },
}

function assertEditable({ fromMe, timestamp }: MessageDoc): void {
  if (!fromMe) throw new NotSendable("not_own_message", "only messages of the account can be edited")
  if (Date.now() - timestamp.getTime() <= editableMs) return
  throw new NotSendable("edit_too_late", "WhatsApp allows edits for 15 minutes after a message was sent")
}

/** The message with other words: all else that it says stays. */
export function editedOf(message: MessageDoc, text: string, { targets }: Pick<SendParts, "targets">): proto.IMessage {
  const raw = targets.open(message)
  const edited = raw && reworded(normalizeMessageContent(raw) ?? raw, text)
  if (!edited) throw new NotSendable("not_editable", "only texts and captions can be edited")
  return edited
}

function reworded(message: proto.IMessage, text: string): proto.IMessage | null {
  const { conversation, extendedTextMessage, imageMessage, videoMessage, documentMessage } = message
  if (typeof conversation === "string" && conversation !== "") return { extendedTextMessage: { text } }
  // A preview belongs to a link of the old text.
  if (extendedTextMessage) return { extendedTextMessage: { text, ...contextOf(extendedTextMessage) } }
  if (imageMessage) return { imageMessage: { ...imageMessage, caption: text } }
  if (videoMessage) return { videoMessage: { ...videoMessage, caption: text } }
  return documentMessage ? { documentMessage: { ...documentMessage, caption: text } } : null
}

function contextOf({ contextInfo }: proto.Message.IExtendedTextMessage): { contextInfo?: proto.IContextInfo } {
  return contextInfo ? { contextInfo } : {}
}
