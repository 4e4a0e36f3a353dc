import { proto } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { metaOf } from "../kinds/index.ts"

interface StanzaExtras {
  additionalAttributes?: BinaryNode["attrs"]
  additionalNodes?: BinaryNode[]
}

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type

/**
 * What the stanza around a message tells WhatsApp's server of it, beside what Baileys adds by itself: what it does to
 * another message (as Baileys' own `sendMessage`), and what its kind adds.
 */
export function stanzaExtras(message: proto.IMessage): StanzaExtras {
  const edit = editOf(message)
  const meta = message.pollUpdateMessage ? { polltype: "vote" } : metaOf(message)
  return {
    ...(edit === null ? {} : { additionalAttributes: { edit } }),
    ...(meta === null ? {} : { additionalNodes: [{ tag: "meta", attrs: meta }] }),
  }
}

function editOf({ protocolMessage, pinInChatMessage }: proto.IMessage): string | null {
  if (pinInChatMessage) return "2"
  if (protocolMessage?.type === MESSAGE_EDIT) return "1"
  if (protocolMessage?.type !== REVOKE) return null
  return protocolMessage.key?.fromMe === false ? adminRemoval : "7"
}

/** The `edit` attribute of what an admin of a group does to the message of another. */
export const adminRemoval = "8"
