import { proto } from "@whiskeysockets/baileys"
import { doneTo, keyOf, targetOf } from "./address-target.ts"
import type { ActionKind } from "./kind.ts"

const { PIN_FOR_ALL, UNPIN_FOR_ALL } = proto.Message.PinInChatMessage.Type
const daySeconds = 86_400
const daysDefault = 7

export const pin: ActionKind<"pin"> = {
  async send(content, parts) {
    const message = await targetOf(content.message, parts)
    const seconds = (content.days ?? daysDefault) * daySeconds
    const until = new Date(Date.now() + seconds * 1000)
    return {
      message: pinMessage(await keyOf(message, parts), PIN_FOR_ALL, seconds),
      content,
      media: null,
      done: doneTo(message, { type: "pin", until }),
    }
  },
  read({ pinInChatMessage, messageContextInfo }, { at }) {
    if (!pinInChatMessage?.key) return null
    const seconds = messageContextInfo?.messageAddOnDurationInSecs ?? 0
    const until = pinInChatMessage.type === UNPIN_FOR_ALL ? null : new Date(at.getTime() + seconds * 1000)
    return { key: pinInChatMessage.key, action: { type: "pin", until } }
  },
}

export const unpin: ActionKind<"unpin"> = {
  async send(content, parts) {
    const message = await targetOf(content.message, parts)
    return {
      message: pinMessage(await keyOf(message, parts), UNPIN_FOR_ALL, 0),
      content,
      media: null,
      done: doneTo(message, { type: "pin", until: null }),
    }
  },
  // Both are one kind of message to WhatsApp.
  read: pin.read,
}

function pinMessage(
  key: proto.IMessageKey,
  type: proto.Message.PinInChatMessage.Type,
  messageAddOnDurationInSecs: number,
): proto.IMessage {
  return {
    pinInChatMessage: { key, type, senderTimestampMs: Date.now() },
    messageContextInfo: { messageAddOnDurationInSecs },
  }
}
