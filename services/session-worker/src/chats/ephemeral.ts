import { proto } from "@whiskeysockets/baileys"
import type { WASocket } from "@whiskeysockets/baileys"
import { derivedId } from "@wildcat/shared/contracts"
import type { ChatRef, ChatUpdate } from "@wildcat/shared/contracts"
import type { Store } from "@wildcat/shared/store"
import type { Envelope } from "../inbound/envelope.ts"
import type { Change } from "../log/entry.ts"
import type { SessionState } from "../log/state.ts"

/** How long messages of a chat with a person stay is part of the session's state: every send asks for it. */
export function ephemeralChange(
  chat: ChatRef,
  seconds: number,
  { account, at, id, by }: { account: string; at: Date; id: string; by: ChatUpdate["by"] },
): Change {
  const names = [chat.pn, chat.lid].filter((name) => name !== null)
  return {
    state: { ephemeral: Object.fromEntries(names.map((name) => [name, seconds === 0 ? null : seconds])) },
    chats: [{ chat, at, set: { ephemeralSeconds: seconds } }],
    events: [
      {
        id: derivedId("event", account, "chat.update", "ephemeral", id),
        type: "chat.update",
        time: at.toISOString(),
        data: { chat, changed: { ephemeralSeconds: seconds }, by },
      },
    ],
  }
}

/** Of a message that only says how long messages stay from now on; null for all others. */
export function readEphemeral(envelope: Envelope, message: proto.IMessage, account: string): Change | null {
  const setting = (message.ephemeralMessage?.message ?? message).protocolMessage
  if (setting?.type !== proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING || envelope.chat.kind !== "direct")
    return null
  const { id, chat, fromMe, timestamp: at } = envelope
  return ephemeralChange(chat, setting.ephemeralExpiration ?? 0, { account, at, id, by: fromMe ? "phone" : "other" })
}

/** How long a message that is sent to `to` now stays, in seconds; 0: for good. */
export async function ephemeralSecondsOf(
  to: string,
  { account, store, state }: { account: string; store: Store; state: SessionState },
): Promise<number> {
  if (!to.endsWith("@g.us")) return state.get("ephemeral", to) ?? 0
  const projection = { ephemeralSeconds: 1 }
  const group = await store.collections.groups.findOne({ _id: `${account}:${to}` }, { projection })
  return group?.ephemeralSeconds ?? 0
}

/** Tells the person how long messages stay from now on. */
export async function sendEphemeralSetting(socket: WASocket, to: string, seconds: number): Promise<string> {
  const type = proto.Message.ProtocolMessage.Type.EPHEMERAL_SETTING
  const protocolMessage = { type, ephemeralExpiration: seconds }
  return socket.relayMessage(to, proto.Message.fromObject({ ephemeralMessage: { message: { protocolMessage } } }), {})
}

/** Kinds of content that a client lets disappear. */
const kinds = [
  "extendedTextMessage",
  "imageMessage",
  "videoMessage",
  "ptvMessage",
  "audioMessage",
  "documentMessage",
  "stickerMessage",
  "locationMessage",
  "liveLocationMessage",
  "contactMessage",
  "contactsArrayMessage",
  "pollCreationMessage",
  "pollCreationMessageV2",
  "pollCreationMessageV3",
] as const satisfies readonly (keyof proto.IMessage)[]

/** The message with its time to stay. What is only done to another message has none. */
export function withExpiration(message: proto.IMessage, seconds: number): proto.IMessage {
  if (seconds === 0) return message
  if (typeof message.conversation === "string" && message.conversation !== "") {
    const { conversation: text, ...rest } = message
    return { ...rest, extendedTextMessage: { text, contextInfo: { expiration: seconds } } }
  }
  const kind = kinds.find((each) => message[each] !== null && message[each] !== undefined)
  if (kind === undefined) return message
  const content = message[kind]
  return { ...message, [kind]: { ...content, contextInfo: { ...content?.contextInfo, expiration: seconds } } }
}
