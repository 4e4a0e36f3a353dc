import { normalizeMessageContent, proto } from "@whiskeysockets/baileys"
import { messageId } from "@wildcat/shared/contracts"
import type { ChatRef, MessageStatus } from "@wildcat/shared/contracts"
import type { MessageDoc } from "@wildcat/shared/store"
import { chatKey } from "../inbound/envelope.ts"
import type { Envelope } from "../inbound/envelope.ts"
import { messageChange } from "../inbound/message.ts"
import type { MessageContext } from "../inbound/message.ts"
import { keyOf, resolvePerson } from "../inbound/people.ts"

const { Status } = proto.WebMessageInfo

/** How far an own message had come. */
const statuses: Partial<Record<number, MessageStatus>> = {
  [Status.ERROR]: "failed",
  [Status.PENDING]: "sent",
  [Status.SERVER_ACK]: "server_ack",
  [Status.DELIVERY_ACK]: "delivered",
  [Status.READ]: "read",
  [Status.PLAYED]: "played",
}

/** A message of the history as it is stored; null when it says nothing by itself: a reaction, a call, a change of the group. */
export function pastMessage(info: proto.IWebMessageInfo, chat: ChatRef, context: MessageContext): MessageDoc | null {
  const waId = info.key?.id
  const message = info.message
  if (!waId || !message || isDeed(message)) return null
  const [row] = messageChange(envelopeOf(info, waId, chat, context), message, context).messages ?? []
  if (row === undefined) return null
  const status = row.fromMe ? (statuses[info.status ?? Status.SERVER_ACK] ?? "server_ack") : null
  return {
    ...row,
    past: true,
    status,
    timeline: status === null ? [] : [{ status, at: row.timestamp.toISOString(), recipient: null }],
    ...(info.starred === true ? { starred: true } : {}),
    ...withReactions(info, chat, context),
    media: row.media && { ...row.media, status: "failed", error: notFetched },
  }
}

const notFetched = { code: "not_fetched", text: "media of the history are fetched on request" }

function envelopeOf(info: proto.IWebMessageInfo, waId: string, chat: ChatRef, context: MessageContext): Envelope {
  const fromMe = info.key?.fromMe === true
  const writer = info.key?.participant ?? info.participant
  const author = fromMe ? context.me : chat.kind === "direct" ? chat : resolvePerson(context.names, writer)
  const person = { pn: author.pn, lid: author.lid }
  return {
    id: messageId({ account: context.account, chat: chatKey(chat), author: keyOf(person), waId, fromMe }),
    waId,
    chat,
    author: person,
    authorName: fromMe ? null : (info.pushName ?? null),
    fromMe,
    source: fromMe ? "phone" : "contact",
    timestamp: new Date(Number(info.messageTimestamp ?? 0) * 1000),
    isPeer: false,
  }
}

/** What is done to another message; of reactions the history holds the outcome. */
function isDeed(message: proto.IMessage): boolean {
  const inner = normalizeMessageContent(message) ?? message
  const { protocolMessage, reactionMessage, encReactionMessage, pollUpdateMessage, pinInChatMessage } = inner
  return [protocolMessage, reactionMessage, encReactionMessage, pollUpdateMessage, pinInChatMessage].some(
    (deed) => deed !== null && deed !== undefined,
  )
}

function withReactions(
  { reactions }: proto.IWebMessageInfo,
  chat: ChatRef,
  { names, me }: MessageContext,
): Pick<MessageDoc, "reactions"> {
  const said = (reactions ?? []).flatMap(({ key, text, senderTimestampMs }) => {
    if (!text) return []
    const other = chat.kind === "direct" ? { pn: chat.pn, lid: chat.lid } : resolvePerson(names, key?.participant)
    return [{ by: key?.fromMe === true ? me : other, emoji: text, at: new Date(Number(senderTimestampMs ?? 0)) }]
  })
  return said.length === 0 ? {} : { reactions: said }
}
