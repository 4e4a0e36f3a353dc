import { randomBytes } from "node:crypto"
import { proto } from "@whiskeysockets/baileys"
import type { Destination } from "../../people/sent-messages.ts"
import { statusAddress } from "../../stanza/addresses.ts"
import { messageId as newMessageId, nowSeconds } from "../../stanza/ids.ts"
import { node } from "../../stanza/nodes.ts"
import { contactOf, destinationOf, linkedDevicesOf, personOf, phoneOf, userOf } from "../lookup.ts"
import { fileMessage, voteMessage } from "../messages-of-people.ts"
import type { messageOperations } from "../operations/messages.ts"
import type { DestinationFields } from "../operations/shapes.ts"
import { notFound, Problem, timedOut } from "../problem.ts"
import type { HandlersOf, ScenarioParts } from "../scenario.ts"

const { Type } = proto.Message.ProtocolMessage
const { Type: PinType } = proto.Message.PinInChatMessage
/** The `edit` attribute of the stanza. */
const editAttribute = { edit: "1", pin: "2", revoke: "7", adminRevoke: "8" } as const

export function createMessageHandlers(parts: ScenarioParts): HandlersOf<keyof typeof messageOperations> {
  const { ledger } = parts
  return {
    sendText: ({ from, text, quoted, messageId, ...to }) => {
      const message = quoted ? quotingMessage(text, quoted) : { conversation: text }
      return send(parts, { from, to, messageId }, () => message)
    },
    sendTexts: async ({ from, texts, ...to }) => {
      const messageIds: string[] = []
      for (const conversation of texts) {
        messageIds.push((await send(parts, { from, to }, () => ({ conversation }))).messageId)
      }
      return { messageIds }
    },
    sendImage: ({ from, caption, mimetype = "image/jpeg", bytesBase64, messageId, ...to }) => {
      const bytes = Buffer.from(bytesBase64, "base64")
      const message = fileMessage(parts.media, { kind: "image", bytes, caption, mimetype })
      return send(parts, { from, to, messageId }, () => message)
    },
    sendMedia: ({ from, to, groupId, bytesBase64, messageId, ...fields }) => {
      const message = fileMessage(parts.media, { ...fields, bytes: Buffer.from(bytesBase64, "base64") })
      return send(parts, { from, to: { to, groupId }, messageId }, () => message)
    },
    sendPoll: ({ from, name, options, selectableCount, ...to }) =>
      send(parts, { from, to }, () => ({
        pollCreationMessageV3: {
          name,
          options: options.map((optionName) => ({ optionName })),
          selectableOptionsCount: selectableCount,
        },
        messageContextInfo: { messageSecret: randomBytes(32) },
      })),
    sendPollVote: ({ from, pollId, options, ...to }) => {
      const message = voteMessage(parts, { from, to, pollId, options })
      return send(parts, { from, to }, () => message)
    },
    postStatus: ({ from, audience, text, imageBase64 }) => {
      const message =
        imageBase64 === undefined
          ? { extendedTextMessage: { text } }
          : fileMessage(parts.media, { kind: "image", bytes: Buffer.from(imageBase64, "base64"), caption: text })
      const users = audience.map((name) => userOf(parts, name, "audience"))
      return deliver(personOf(parts, from, "from"), { kind: "status", audience: users }, message)
    },
    postToChannel: ({ phoneId, channel, text }) => {
      const messageId = newMessageId()
      const plain = proto.Message.encode({ conversation: text }).finish()
      const attributes = { from: `${channel}@newsletter`, id: messageId, type: "text", t: nowSeconds() }
      const stanza = node("message", attributes, [node("plaintext", {}, plain)])
      for (const device of linkedDevicesOf(phoneOf(parts, phoneId))) device.deliver(stanza)
      return { messageId }
    },
    sendProto: ({ from, message, messageId, ...to }) => {
      const decoded = readProto(message)
      return send(parts, { from, to, messageId }, () => decoded)
    },
    sendReaction: ({ from, target, emoji, ...to }) =>
      send(parts, { from, to }, (remoteJid) => ({
        reactionMessage: {
          key: keyOf(remoteJid, target, to),
          text: emoji,
          senderTimestampMs: Date.now(),
        },
      })),
    sendEdit: ({ from, messageId: id, text, ...to }) =>
      send(parts, { from, to, edit: editAttribute.edit }, (remoteJid) => ({
        protocolMessage: {
          type: Type.MESSAGE_EDIT,
          key: { remoteJid, fromMe: true, id },
          editedMessage: { conversation: text },
          timestampMs: Date.now(),
        },
      })),
    sendRevoke: ({ from, messageId, author, ...to }) => {
      const edit = author === undefined ? editAttribute.revoke : editAttribute.adminRevoke
      return send(parts, { from, to, edit }, (remoteJid) => ({
        protocolMessage: { type: Type.REVOKE, key: keyOf(remoteJid, { messageId, author }, to) },
      }))
    },
    sendPin: ({ from, target, seconds, ...to }) =>
      send(parts, { from, to, edit: editAttribute.pin }, (remoteJid) => ({
        pinInChatMessage: {
          key: keyOf(remoteJid, target, to),
          type: seconds > 0 ? PinType.PIN_FOR_ALL : PinType.UNPIN_FOR_ALL,
          senderTimestampMs: Date.now(),
        },
        messageContextInfo: { messageAddOnDurationInSecs: seconds },
      })),
    receivedMessages: ({ contactId, deviceId = 0, ...match }) =>
      personOf(parts, contactId, "contactId").inboxOf(deviceId).find(match),
    waitForMessage: async ({ contactId, deviceId = 0, match, timeoutMs }, signal) => {
      const inbox = personOf(parts, contactId, "contactId").inboxOf(deviceId)
      const message = await inbox.waitFor(match, AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]))
      if (!message) throw timedOut("no such message arrived")
      return message
    },
    sendReceipt: ({ contactId, messageIds, type }) => {
      const isKnown = contactOf(parts, contactId).confirm(messageIds, type === "delivered" ? undefined : type)
      if (!isKnown) throw notFound("messageIds", "message")
      return {}
    },
    waitForReceipt: async ({ messageId, type, timeoutMs }, signal) => {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
      const receipt = await ledger.waitFor(messageId, type, limit)
      if (!receipt) throw timedOut("no such receipt arrived")
      return receipt
    },
    receipts: ({ messageId }) => ledger.of(messageId),
  }
}

/** A message as its chat's other members are told which one is meant. */
function keyOf(
  remoteJid: string,
  { messageId: id, author }: { messageId: string; author?: string | undefined },
  { groupId }: DestinationFields,
): proto.IMessageKey {
  const participant = author === undefined || groupId === undefined ? {} : { participant: author }
  return { remoteJid, id, fromMe: author === undefined, ...participant }
}

type Outgoing = { from: string; to: DestinationFields; messageId?: string | undefined; edit?: string }

/** Sends what `compose` makes of the chat's address as the sender sees it. */
async function send(
  parts: ScenarioParts,
  { from, to, messageId, edit }: Outgoing,
  compose: (chat: string) => proto.IMessage,
): Promise<{ messageId: string }> {
  const sender = personOf(parts, from, "from")
  const destination = destinationOf(parts, to)
  return await deliver(sender, destination, compose(chatAddress(destination, sender.user.addressing)), {
    ...(messageId === undefined ? {} : { id: messageId }),
    ...(edit === undefined ? {} : { edit }),
  })
}

async function deliver(
  sender: ReturnType<typeof personOf>,
  destination: Destination,
  message: proto.IMessage,
  extra: { id?: string; edit?: string } = {},
): Promise<{ messageId: string }> {
  const { id = newMessageId(), ...rest } = extra
  await sender.send({ id, destination, message, ...rest })
  return { messageId: id }
}

/** Reads a message from JSON. @throws Problem when a field is not of its type, or no field is known. */
function readProto(json: Record<string, unknown>): proto.IMessage {
  const invalid = (detail: string) => new Problem({ status: 400, code: "invalid", detail, field: "message" })
  try {
    const message = proto.Message.fromObject(json)
    if (proto.Message.encode(message).finish().length > 0) return message
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "not a message")
  }
  throw invalid("no field of a message is known")
}

function chatAddress(destination: Destination, addressing: "lid" | "pn"): string {
  if (destination.kind === "status") return statusAddress
  return destination.kind === "group" ? destination.group.jid : destination.user.address(addressing)
}

function quotingMessage(
  text: string,
  quoted: { messageId: string; author: string; text?: string | undefined },
): proto.IMessage {
  const contextInfo = {
    stanzaId: quoted.messageId,
    participant: quoted.author,
    quotedMessage: { conversation: quoted.text ?? "" },
  }
  return { extendedTextMessage: { text, contextInfo } }
}
