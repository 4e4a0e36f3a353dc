import { z } from "zod"
import {
  MediaRef,
  MediaStatus,
  MessageStatus,
  MessageView,
  StatusStep,
  idSchema,
  messageAcks,
  personOf,
  shownContent,
} from "@wildcat/shared/contracts"
import type { ChatRef, PacingSituation, SentMessage } from "@wildcat/shared/contracts"
import type { AccountDoc, MessageDoc, OutboxDoc } from "@wildcat/shared/store"
import type { LoggedMessage } from "../../tenant/messages.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { messageStory, noStory, viewStory } from "./message-story.ts"
import { QueueView, viewQueue } from "./queueing.ts"

const Failure = z.object({ code: z.string(), text: z.string() })

/** A message of the log, with the state that it is in. */
export const MessageEntry = MessageView.extend({
  account: idSchema("account"),
  media: MediaRef.extend({
    status: MediaStatus.describe("`url` opens when it is `stored`"),
    error: Failure.nullable(),
  }).nullable(),
  status: MessageStatus.nullable().describe("Of messages of the account; null for those of others"),
  ack: z
    .number()
    .int()
    .min(-1)
    .max(4)
    .nullable()
    .describe("The status as other gateways count it: -1 error … 4 played"),
  timeline: z.array(StatusStep).describe("Every state with its time, oldest first"),
  error: Failure.nullable().describe("Why it was not sent"),
  ...messageStory,
  queue: QueueView.nullable().describe("How it stands in the queue; null when it does not wait there"),
}).meta({
  id: "Message",
  example: {
    id: "msg_01JDGZ8Q4W0000000000000000",
    waId: "3EB0C0FFEE0123456789AB",
    account: "acc_01JDGZ8Q4W0000000000000000",
    chat: { jid: "4915112345678@s.whatsapp.net", kind: "direct", pn: "4915112345678@s.whatsapp.net", lid: null },
    author: { pn: "4915187654321@s.whatsapp.net", lid: null },
    authorName: null,
    fromMe: true,
    source: "api",
    timestamp: "2026-11-24T10:00:00.000Z",
    content: { type: "text", text: "Hello" },
    media: null,
    quoted: null,
    mentions: [],
    status: "server_ack",
    ack: 1,
    timeline: [{ status: "queued", at: "2026-11-24T10:00:00.000Z", recipient: null }],
    error: null,
    ...noStory,
    queue: null,
  },
})

export type MessageEntry = z.infer<typeof MessageEntry>

/** Messages as the API shows them, in the given order. */
export async function viewMessages(
  tenant: TenantAccess,
  account: AccountDoc,
  messages: readonly LoggedMessage[],
): Promise<MessageEntry[]> {
  const quoted = messages.flatMap((each) => (each.kind === "queued" && each.doc.quoted ? [each.doc.quoted.waId] : []))
  const authors = await tenant.messages.authorsOf(account, quoted)
  const waits = messages.some(({ kind, doc }) => kind === "queued" && doc.status === "queued")
  const situation = waits ? await tenant.outbox.situationOf(account) : null
  return Promise.all(
    messages.map(async (each) =>
      each.kind === "logged"
        ? viewLogged(each.doc)
        : viewQueued(tenant, account, { row: each.doc, authors, situation }),
    ),
  )
}

/** One message as the API shows it. */
export async function viewMessage(
  tenant: TenantAccess,
  account: AccountDoc,
  message: LoggedMessage,
): Promise<MessageEntry> {
  const [entry] = await viewMessages(tenant, account, [message])
  if (entry === undefined) throw new Error("a message has no view")
  return entry
}

/** A send as its worker tells it: nothing else can have been done to it yet. */
export function viewTold(account: AccountDoc, { view, timeline }: SentMessage, status: MessageStatus): MessageEntry {
  const media = view.media && { ...view.media, status: "stored" as const, error: null }
  return {
    ...view,
    account: account._id,
    media,
    status,
    ack: messageAcks[status],
    timeline,
    error: null,
    ...noStory,
    queue: null,
  }
}

function viewLogged(doc: MessageDoc): MessageEntry {
  const { _id, waId, account, chat, author, authorName, fromMe, source, timestamp } = doc
  const { content, media, quoted, mentions, status, timeline, error } = doc
  return {
    id: _id,
    waId,
    account,
    chat,
    author,
    authorName,
    fromMe,
    source,
    timestamp: timestamp.toISOString(),
    content,
    media,
    quoted,
    mentions,
    status,
    ack: status && messageAcks[status],
    timeline,
    error,
    ...viewStory(doc),
    queue: null,
  }
}

/** A send that the log does not have yet, from its outbox row. */
async function viewQueued(
  tenant: TenantAccess,
  account: AccountDoc,
  {
    row,
    authors,
    situation,
  }: { row: OutboxDoc; authors: Map<string, MessageDoc["author"]>; situation: PacingSituation | null },
): Promise<MessageEntry> {
  const queued = { status: "queued" as const, at: row.createdAt.toISOString(), recipient: null }
  const status = row.status === "queued" && row.cancel?.settled === true ? "cancelled" : row.status
  const now = { status, at: row.updatedAt.toISOString(), recipient: null }
  return {
    id: row._id,
    waId: row.waId,
    account: row.account,
    chat: chatOf(row.to),
    author: account.me ?? nobody,
    authorName: null,
    fromMe: true,
    source: "api",
    timestamp: queued.at,
    content: shownContent(row.content),
    media: await mediaOf(tenant, row),
    quoted: row.quoted && { waId: row.quoted.waId, author: authors.get(row.quoted.waId) ?? nobody },
    mentions: Array.isArray(row.mentions) ? row.mentions.map((jid) => personOf(jid)) : [],
    status,
    ack: messageAcks[status],
    timeline: status === "queued" ? [queued] : [queued, now],
    error: row.error,
    ...noStory,
    queue: situation && viewQueue(row, situation),
  }
}

const nobody = { pn: null, lid: null }

async function mediaOf(tenant: TenantAccess, { content }: OutboxDoc): Promise<MessageEntry["media"]> {
  if (!("mediaId" in content)) return null
  const stored = await tenant.media.find(content.mediaId)
  return {
    id: content.mediaId,
    kind: content.type,
    mimetype: stored?.mimetype ?? "application/octet-stream",
    bytes: stored?.bytes ?? null,
    sha256: stored?.sha256 ?? null,
    fileName: (content.type === "document" ? content.fileName : null) ?? stored?.fileName ?? null,
    ...tenant.media.linkOf(content.mediaId),
    status: stored ? "stored" : "failed",
    error: null,
  }
}

function chatOf(jid: string): ChatRef {
  const person = { pn: jid.endsWith("@s.whatsapp.net") ? jid : null, lid: jid.endsWith("@lid") ? jid : null }
  return { jid, kind: kindOf(jid), ...person }
}

function kindOf(jid: string): ChatRef["kind"] {
  if (jid.endsWith("@g.us")) return "group"
  return jid === "status@broadcast" ? "status" : "direct"
}
