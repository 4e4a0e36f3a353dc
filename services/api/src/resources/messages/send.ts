import { createHash } from "node:crypto"
import { WildcatError, advances, messageAcks, messageId } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import { invalid } from "../../http/parse-input.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { changeQueued } from "./change-queued.ts"
import { checkExtras } from "./check-extras.ts"
import { assertMaySend } from "./may-send.ts"
import { MessageEntry, viewMessages } from "./message-view.ts"
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

/** Stores a send, and sends it: waits for WhatsApp's server if asked to. The same seed is the same send. */
export async function send(
  tenant: TenantAccess,
  account: AccountDoc,
  { input, seed, wait }: { input: SendInput; seed: string; wait: boolean },
): Promise<{ status: 201 | 202; body: MessageEntry }> {
  const { id, changed } = await enqueue(tenant, account, input, seed)
  if (changed !== null) return { status: 202, body: await viewSent(tenant, account, id, changed) }
  faultPoint("api.after-outbox-before-command")
  // Nobody waits for a message that is to leave later.
  const status = await order(tenant, account, id, wait && input.sendAt === undefined)
  faultPoint("api.after-command-before-answer")
  const message = await viewSent(tenant, account, id, status)
  return { status: isSent(message) ? 201 : 202, body: message }
}

function isSent({ status }: MessageEntry): boolean {
  return status !== null && (status === "sent" || messageAcks[status] > 0)
}

/**
 * Writes the send to the outbox, unless an earlier try of this call did. Returns the message's id; or that of another one which
 * the send was to change, and which was changed while it waits.
 */
async function enqueue(
  tenant: TenantAccess,
  account: AccountDoc,
  input: SendInput,
  seed: string,
): Promise<{ id: string; changed: MessageStatus | null }> {
  const waId = waIdOf(seed)
  const _id = messageId({ account: account._id, chat: "", author: "", waId, fromMe: true })
  if ((await tenant.messages.find(account, _id)) !== null) return { id: _id, changed: null }
  const { request: body, about } = await placeSend(tenant, account, input)
  const changed = about?.kind === "queued" ? await changeQueued(tenant, account, about.doc, body.content) : null
  if (about !== null && changed !== null) return { id: about.doc._id, changed }
  const to = body.to.jid
  checkExtras(body)
  checkTimes(body)
  assertMaySend(account)
  const quoted = await quotedOf(tenant, account, body)
  const content = await normaliseContent(tenant, body.content, seed)
  const now = new Date()
  const queued = await queuedAs(tenant, account, body, now)
  const state = { status: "queued" as const, error: null, ...queued, createdAt: now, updatedAt: now }
  await tenant.messages.enqueue({ _id, account: account._id, waId, to, content, quoted, ...extrasOf(body), ...state })
  return { id: _id, changed: null }
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

/**
 * Tells the owner. Whatever goes wrong with that, the message is stored: its owner, now or later, finds it by itself. So no
 * failure here is one of the send. Null: nothing is known beyond the row.
 */
async function order(
  tenant: TenantAccess,
  account: AccountDoc,
  message: string,
  wait: boolean,
): Promise<MessageStatus | null> {
  if (!wait) {
    tenant.sessions.tell(account, "message.send", { message, wait }, wakeMs)
    return null
  }
  try {
    return (await tenant.sessions.command(account, "message.send", { message, wait }, waitMs)).status
  } catch (error) {
    if (error instanceof WildcatError) return null
    throw error
  }
}

/** The message, with what its worker said where that is newer than what is stored. */
async function viewSent(
  tenant: TenantAccess,
  account: AccountDoc,
  id: string,
  told: MessageStatus | null,
): Promise<MessageEntry> {
  const found = await tenant.messages.find(account, id)
  const [message] = found ? await viewMessages(tenant, account, [found]) : []
  if (message === undefined) throw new WildcatError("not_found", { detail: "the account was deleted meanwhile" })
  if (told === null || message.status === null || !advances(message.status, told)) return message
  return { ...message, status: told, ack: messageAcks[told] }
}
