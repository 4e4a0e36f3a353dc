import { createHash } from "node:crypto"
import { z } from "zod"
import { WildcatError, advances, messageAcks, messageId } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import { invalid } from "../../http/parse-input.ts"
import { route } from "../../http/route.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { accountParams } from "../accounts/account-view.ts"
import { checkExtras } from "./check-extras.ts"
import { assertMaySend } from "./may-send.ts"
import { MessageEntry, viewMessages } from "./message-view.ts"
import { normaliseContent } from "./normalise-content.ts"
import { checkTimes, queuedAs } from "./queueing.ts"
import { sendBody } from "./send-body.ts"
import type { SendRequest } from "./send-body.ts"

/** How long an answer waits for WhatsApp's server. */
const waitMs = 15_000
/** How long a worker may take to hear of a send that nobody waits for. */
const wakeMs = 5_000

const content = { "application/json": MessageEntry }

export const sendMessage = route({
  method: "post",
  path: "/v1/accounts/{id}/messages",
  operation: "sendMessage",
  tag: "messages",
  summary: "Send a message",
  description:
    "The message is stored before anything is answered, and then sent, also when a process dies meanwhile or the account " +
    "is disconnected for a while. `message.status` events and `GET …/messages/{messageId}` tell how it goes on.",
  scope: ["messages"],
  params: accountParams,
  query: z.strictObject({
    wait: z
      .enum(["true", "false"])
      .default("true")
      .describe("Answer when WhatsApp's server has the message, at most 15 s later; or at once"),
  }),
  body: sendBody,
  responses: {
    201: { description: "WhatsApp's server has the message", content },
    202: {
      description: "The message is stored and will be sent; `status` says how far it is, or why it failed",
      content,
    },
  },
  errors: ["account_not_running", "account_not_linked", "media_too_large", "media_not_fetched", "address_not_allowed"],
  async handler({ tenant, params, query, body, seed }) {
    const account = await tenant.accounts.get(params.id)
    const id = await enqueue(tenant, account, body, seed)
    faultPoint("api.after-outbox-before-command")
    // Nobody waits for a message that is to leave later.
    const status = await order(tenant, account, id, query.wait === "true" && body.sendAt === undefined)
    faultPoint("api.after-command-before-answer")
    const message = await viewSent(tenant, account, id, status)
    return { status: isSent(message) ? 201 : 202, body: message }
  },
})

function isSent({ status }: MessageEntry): boolean {
  return status !== null && (status === "sent" || messageAcks[status] > 0)
}

/** Writes the send to the outbox, unless an earlier try of this call did. Returns the message's id. */
async function enqueue(tenant: TenantAccess, account: AccountDoc, body: SendRequest, seed: string): Promise<string> {
  const waId = waIdOf(seed)
  const to = body.to.jid
  const _id = messageId({ account: account._id, chat: to, author: "", waId, fromMe: true })
  if ((await tenant.messages.find(account, _id)) !== null) return _id
  checkExtras(body)
  checkTimes(body)
  assertMaySend(account)
  const quoted = await quotedOf(tenant, account, body)
  const content = await normaliseContent(tenant, body.content, seed)
  const now = new Date()
  const queued = await queuedAs(tenant, account, body, now)
  const state = { status: "queued" as const, error: null, ...queued, createdAt: now, updatedAt: now }
  await tenant.messages.enqueue({ _id, account: account._id, waId, to, content, quoted, ...extrasOf(body), ...state })
  return _id
}

/** Whom it mentions and who shall see it, in canonical form. */
function extrasOf({ mentions, audience }: SendRequest): Pick<OutboxDoc, "mentions" | "audience"> {
  return {
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
