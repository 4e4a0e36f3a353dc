import { proto } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"

interface StanzaExtras {
  additionalAttributes?: BinaryNode["attrs"]
  additionalNodes?: BinaryNode[]
}

const { REVOKE, MESSAGE_EDIT } = proto.Message.ProtocolMessage.Type

/**
 * What the stanza around a message tells WhatsApp's server of it, beside what Baileys adds by itself: what it does to
 * another message (as Baileys' own `sendMessage`), and its part in a poll.
 */
export function stanzaExtras(message: proto.IMessage): StanzaExtras {
  const edit = editOf(message)
  const polltype = pollTypeOf(message)
  return {
    ...(edit === null ? {} : { additionalAttributes: { edit } }),
    ...(polltype === null ? {} : { additionalNodes: [{ tag: "meta", attrs: { polltype } }] }),
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

function pollTypeOf({ pollUpdateMessage, ...message }: proto.IMessage): string | null {
  if (pollUpdateMessage) return "vote"
  return message.pollCreationMessage || message.pollCreationMessageV3 ? "creation" : null
}
