import { createHash } from "node:crypto"
import { WildcatError, advances, messageAcks, messageId } from "@wildcat/shared/contracts"
import type { CommandReply, CommandRequest, MessageStatus } from "@wildcat/shared/contracts"
import { faultPoint, tolerate } from "@wildcat/shared/runtime"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import { invalid } from "../../http/parse-input.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { changeQueued } from "./change-queued.ts"
import { checkExtras } from "./check-extras.ts"
import { assertMaySend } from "./may-send.ts"
import { MessageEntry, viewMessage, viewTold } from "./message-view.ts"
import { normaliseContent } from "./normalise-content.ts"
import { placeSend } from "./place-send.ts"
import { checkTimes, queuedAs } from "./queueing.ts"
import { typingMsMax } from "./send-body.ts"
import type { SendInput, SendRequest } from "./send-body.ts"

/** How long an answer waits for WhatsApp's server. */
const waitMs = 15_000
/** How long a worker may take to hear of a send that nobody waits for. */
const wakeMs = 5_000

const content = { "application/json": MessageEntry }

/** What every route that sends answers. */
export const sendResponses = {
  201: { description: "WhatsApp's server has the message", content },
  202: {
    description: "The message is stored and will be sent; `status` says how far it is, or why it failed",
    content,
  },
}

/**
 * Stores a send, and sends it: waits for WhatsApp's server if asked to. The same seed is the same send; only when the call is
 * `repeated` can there be an earlier one.
 */
export async function send(
  tenant: TenantAccess,
  account: AccountDoc,
  { input, seed, repeated, wait }: { input: SendInput; seed: string; repeated: boolean; wait: boolean },
): Promise<{ status: 201 | 202; body: MessageEntry }> {
  // Had before the row is written: what the owner knows begins with it.
  const ticket = tenant.sessions.ticketOf(account)
  const { id, changed, row } = await enqueue(tenant, account, { input, seed, repeated })
  if (changed !== null) return { status: 202, body: await viewSent(tenant, account, id, { status: changed }) }
  faultPoint("api.after-outbox-before-command")
  const written = row !== null && ticket !== undefined && isPlain(row) ? { ticket, row } : undefined
  // Nobody waits for a message that is to leave later.
  const isAwaited = wait && input.sendAt === undefined
  const told = await order(tenant, account, { message: id, wait: isAwaited, written })
  faultPoint("api.after-command-before-answer")
  const message =
    isAwaited || row === null
      ? await viewSent(tenant, account, id, told)
      : await viewMessage(tenant, account, { kind: "queued", doc: row })
  return { status: isSent(message) ? 201 : 202, body: message }
}

function isSent({ status }: MessageEntry): boolean {
  return status !== null && (status === "sent" || messageAcks[status] > 0)
}

interface Enqueued {
  /** Of the message; or of another one which the send was to change, and which was changed while it waits. */
  id: string
  changed: MessageStatus | null
  /** As it was written by this call. */
  row: OutboxDoc | null
}

/** Writes the send to the outbox, unless an earlier try of this call did. */
async function enqueue(
  tenant: TenantAccess,
  account: AccountDoc,
  { input, seed, repeated }: { input: SendInput; seed: string; repeated: boolean },
): Promise<Enqueued> {
  const waId = waIdOf(seed)
  const _id = messageId({ account: account._id, chat: "", author: "", waId, fromMe: true })
  if (repeated && (await tenant.messages.find(account, _id)) !== null) return { id: _id, changed: null, row: null }
  const { request: body, about } = await placeSend(tenant, account, input)
  const changed = about?.kind === "queued" ? await changeQueued(tenant, account, about.doc, body.content) : null
  if (about !== null && changed !== null) return { id: about.doc._id, changed, row: null }
  const to = body.to.jid
  checkExtras(body)
  checkTimes(body)
  assertMaySend(account)
  const quoted = await quotedOf(tenant, account, body)
  const content = await normaliseContent(tenant, body.content, seed)
  const now = new Date()
  const queued = await queuedAs(tenant, account, body, now)
  const state = { status: "queued" as const, error: null, ...queued, createdAt: now, updatedAt: now }
  const fields = { _id, account: account._id, waId, to, content, quoted, ...extrasOf(body), ...state }
  return { id: _id, changed: null, row: await tenant.messages.enqueue(fields) }
}

/** Longest content that travels with the order, in characters of JSON: the bus limits its messages. */
const travelCharsMax = 64 * 1024

/** It may go at once, and is all that there is to know. */
function isPlain({ sendAt, expiresAt, typingMs, mentions, audience, content }: OutboxDoc): boolean {
  const asks = [sendAt ?? undefined, expiresAt ?? undefined, typingMs, mentions, audience]
  return asks.every((each) => each === undefined) && JSON.stringify(content).length <= travelCharsMax
}

type Extras = "mentions" | "audience" | "typingMs"

/** How long a quick writer would take, between a second and the longest that typing is shown. */
function writingMsOf(content: SendRequest["content"]): number {
  const text = content.type === "text" ? content.text : ("caption" in content && content.caption) || ""
  return Math.min(typingMsMax, 1_000 + text.length * 60)
}

/** Whom it mentions and who shall see it, in canonical form. */
function extrasOf({ mentions, audience, typing, content }: SendRequest): Pick<OutboxDoc, Extras> {
  return {
    ...(typing === undefined || typing === false ? {} : { typingMs: typing === true ? writingMsOf(content) : typing }),
    ...(mentions === undefined ? {} : { mentions: mentions === "all" ? mentions : mentions.map(({ jid }) => jid) }),
    ...(audience === undefined ? {} : { audience: audience.map(({ jid }) => jid) }),
  }
}

/** WhatsApp's id of a message, in the form that its own clients use: `3EB0` and 18 hex digits. */
function waIdOf(seed: string): string {
  const digest = createHash("sha256").update(`whatsapp id\n${seed}`).digest("hex")
  return `3EB0${digest.slice(0, 18).toUpperCase()}`
}

async function quotedOf(tenant: TenantAccess, account: AccountDoc, body: SendRequest) {
  if (body.quoted === undefined) return null
  const message = await tenant.messages.find(account, body.quoted.messageId)
  if (message === null) throw invalid("quoted.messageId", "there is no such message in this account")
  return { waId: message.doc.waId }
}

/** What the owner said of a send. */
type Told = Pick<CommandReply<"message.send">, "status" | "sent">

/**
 * Tells the owner. Whatever goes wrong with that, the message is stored: its owner, now or later, finds it by itself. So no
 * failure here is one of the send. Null: nothing is known beyond the row.
 */
async function order(
  tenant: TenantAccess,
  account: AccountDoc,
  order: CommandRequest<"message.send">,
): Promise<Told | null> {
  if (!order.wait) {
    const told = tenant.sessions.sendWritten(account, order, wakeMs)
    void tolerate(told, "the worker finds it by itself", tenant.log)
    return null
  }
  try {
    return await tenant.sessions.sendWritten(account, order, waitMs)
  } catch (error) {
    if (error instanceof WildcatError) return null
    throw error
  }
}

/** The message as its worker told it, or as it is stored, with what its worker said where that is newer. */
async function viewSent(
  tenant: TenantAccess,
  account: AccountDoc,
  id: string,
  told: Told | null,
): Promise<MessageEntry> {
  if (told?.sent !== undefined) return viewTold(account, told.sent, told.status)
  const found = await tenant.messages.read(account, id)
  if (found === null) throw new WildcatError("not_found", { detail: "the account was deleted meanwhile" })
  const message = await viewMessage(tenant, account, found)
  if (told === null || message.status === null || !advances(message.status, told.status)) return message
  return { ...message, status: told.status, ack: messageAcks[told.status] }
}
