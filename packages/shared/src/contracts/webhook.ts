import { z } from "zod"
import { ChatRef } from "./message.ts"

/** Which events of a webhook's types it gets. A filter concerns only events that carry what it asks about. */
export const WebhookFilter = z.object({
  kinds: z
    .array(z.enum(["direct", "group", "status", "newsletter"]))
    .max(4)
    .nullable()
    .default(null)
    .describe("Only events of chats of these kinds; null for all. Events of no chat pass"),
  fromMe: z
    .boolean()
    .nullable()
    .default(null)
    .describe("true: only what the account wrote itself; false: only what others wrote; null: both"),
  chats: z
    .array(z.string())
    .max(100)
    .nullable()
    .default(null)
    .describe("Only events of these chats, under any name of the person; null for all. Events of no chat pass"),
})
export type WebhookFilter = z.infer<typeof WebhookFilter>

/** When failed attempts are made again. The first attempt is made at once. */
export interface RetryPolicy {
  /** Pauses before the second, third … attempt. */
  pausesMs: number[]
  /** After the listed ones each pause is the one before times this. */
  factor: number
  pauseMsMax: number
  /** From the first attempt on; an attempt that would come later is not made. */
  totalMs: number
  attemptsMax: number
}

/** Headers that a webhook's owner cannot set: the signature's, the body's, and those of the connection (RFC 9110, 7.6.1). */
const reservedHeaders = new Set(
  (
    "host content-length content-type content-encoding transfer-encoding connection keep-alive proxy-connection " +
    "proxy-authorization proxy-authenticate te trailer upgrade expect http2-settings"
  ).split(" "),
)

/** True for a header name that a webhook may add to its requests. */
export function isCustomHeader(name: string): boolean {
  const lower = name.toLowerCase()
  return /^[a-z0-9!#$%&'*+.^_`|~-]{1,64}$/.test(lower) && !reservedHeaders.has(lower) && !lower.startsWith("webhook-")
}

/** What matching needs of a webhook. */
export interface MatchedWebhook {
  _id: string
  tenant: string
  account: string | null
  events: readonly string[]
  enabled: boolean
  filter?: WebhookFilter | null | undefined
}

/** What matching needs of an event. */
export interface MatchedEvent {
  tenant: string
  source: string
  account?: string | undefined
  type: string
  data: unknown
}

/** The webhooks that an event goes to: enabled, of its tenant, of its account or of all, subscribed to its type. */
export function matchWebhooks<W extends MatchedWebhook>(event: MatchedEvent, webhooks: readonly W[]): W[] {
  return webhooks.filter((webhook) => webhook.enabled && matchesWebhook(event, webhook))
}

/** The same for one webhook, enabled or not. */
export function matchesWebhook(event: MatchedEvent, webhook: MatchedWebhook): boolean {
  return (
    webhook.tenant === event.tenant &&
    (webhook.account === null || webhook.account === event.account) &&
    webhook.events.some((pattern) => matchesType(pattern, event.type)) &&
    // A failing endpoint is not told that it fails: that would be one more failure.
    event.source !== `/webhooks/${webhook._id}` &&
    passesFilter(event.data, webhook.filter ?? null)
  )
}

/** `*` is every type, `message.*` every type below `message`, anything else exactly itself. */
export function matchesType(pattern: string, type: string): boolean {
  if (pattern === "*") return true
  if (pattern.endsWith(".*")) return type.startsWith(pattern.slice(0, -1)) && type.length > pattern.length - 1
  return pattern === type
}

const OfChat = z.object({ chat: ChatRef })
const Authored = z.object({ fromMe: z.boolean() })

function passesFilter(data: unknown, filter: WebhookFilter | null): boolean {
  if (filter === null) return true
  const chat = chatOf(data)
  if (chat !== null && filter.kinds !== null && !filter.kinds.includes(chat.kind)) return false
  if (chat !== null && filter.chats !== null) {
    const asked = new Set(filter.chats)
    if (![chat.jid, chat.pn, chat.lid].some((jid) => jid !== null && asked.has(jid))) return false
  }
  const authored = filter.fromMe === null ? null : Authored.safeParse(data)
  return authored === null || !authored.success || authored.data.fromMe === filter.fromMe
}

/** The chat that an event's data speaks of; null for events of no chat. */
export function chatOf(data: unknown): ChatRef | null {
  const parsed = OfChat.safeParse(data)
  return parsed.success ? parsed.data.chat : null
}
