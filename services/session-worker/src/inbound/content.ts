import { normalizeMessageContent, proto } from "@whiskeysockets/baileys"
import type { MessageContent } from "@wildcat/shared/contracts"
import { kindReaders } from "../kinds/index.ts"
import { mediaReaders } from "./media.ts"
import type { DeclaredMedia } from "./media.ts"
import { readText } from "./text.ts"

export interface ReadContent {
  content: MessageContent
  context: proto.IContextInfo | null
  media?: DeclaredMedia
}

/** One reader per kind of message; every other kind becomes `unsupported` with WhatsApp's name of it. */
const readers: Partial<Record<string, (message: proto.IMessage) => ReadContent>> = {
  conversation: readText,
  extendedTextMessage: readText,
  ...mediaReaders,
  ...kindReaders,
}

/** Fields that carry no content of their own. */
const wrapping = new Set([
  "senderKeyDistributionMessage",
  "messageContextInfo",
  "fastRatchetKeySenderKeyDistributionMessage",
])

/** What a message says; null when it only carries keys. */
export function readContent(message: proto.IMessage): ReadContent | null {
  const inner = normalizeMessageContent(message) ?? message
  const kind = kindOf(inner)
  if (kind === null) return Object.keys(set(inner)).length > 0 ? null : unsupported("unreadable")
  const read = readers[kind]?.(inner) ?? unsupported(kind)
  return isOnce(message) ? { ...read, content: onceOnly(read.content) } : read
}

/** The wrapper says that it can be opened once only; what is inside may say so too. */
function isOnce({
  viewOnceMessage,
  viewOnceMessageV2,
  viewOnceMessageV2Extension,
  ephemeralMessage,
}: proto.IMessage): boolean {
  if (viewOnceMessage ?? viewOnceMessageV2 ?? viewOnceMessageV2Extension) return true
  return ephemeralMessage?.message ? isOnce(ephemeralMessage.message) : false
}

function onceOnly(content: MessageContent): MessageContent {
  const { type } = content
  return type === "image" || type === "video" || type === "audio" ? { ...content, viewOnce: true } : content
}

export function unsupported(kind: string): ReadContent {
  return { content: { type: "unsupported", kind }, context: null }
}

function kindOf(message: proto.IMessage): string | null {
  const kind = Object.keys(set(message)).find((name) => !wrapping.has(name))
  if (kind !== "protocolMessage") return kind ?? null
  const type = message.protocolMessage?.type ?? 0
  return `protocolMessage.${proto.Message.ProtocolMessage.Type[type] ?? type}`
}

function set(message: proto.IMessage): Record<string, unknown> {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null && value !== undefined))
}
