import type { Filter } from "mongodb"
import { actionTypes } from "@wildcat/shared/contracts"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { AccountDoc, MessageDoc, OutboxDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest, Position } from "../http/page.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"
import { sessionsOf } from "./sessions.ts"

/** A message of the log, or a send that the log does not have yet. */
export type LoggedMessage = { kind: "logged"; doc: MessageDoc } | { kind: "queued"; doc: OutboxDoc }

export interface MessageQuery extends PageRequest {
  /** The chat's names: canonical JIDs. */
  chat?: readonly string[] | undefined
  direction?: "in" | "out" | undefined
  /** From this time on, and before that one. */
  from?: Date | undefined
  to?: Date | undefined
  /** Each of them stands in the message. Only the log is searched. */
  words?: readonly string[] | undefined
  /** Only of those that the log does not have. */
  status?: "queued" | "scheduled" | "expired" | "cancelled" | undefined
}

/** Messages of accounts that the caller has found: every query names tenant and account. */
export function messagesOf(parts: Parts, caller: Caller) {
  const { messages, outbox } = parts.store.collections
  const sessions = sessionsOf(parts)
  const of = (account: AccountDoc) => ({ tenant: caller.tenant, account: account._id })

  return {
    /**
     * Null when the account has no such message. The log knows more than the outbox; of a message on its way its owner may
     * have told more than is stored, which is waited for.
     */
    async find(account: AccountDoc, id: string): Promise<LoggedMessage | null> {
      const found = await read(account, id)
      if (found === null || !isOnItsWay(found)) return found
      await sessions.settle(account)
      return read(account, id)
    },

    /** As `find`, without waiting for anything. */
    read,

    /** The message whose media failed; null when there is none of the caller's. */
    async findByFailedMedia(media: string): Promise<MessageDoc | null> {
      const of = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }
      return messages.findOne({ ...of, "media.id": media, "media.status": "failed" })
    },

    /** Newest first: the log and what only the outbox has, each message once. */
    async list(account: AccountDoc, query: MessageQuery): Promise<Page<LoggedMessage>> {
      await sessions.settleFresh(account)
      const before = decodeCursor(query.cursor)
      const most = query.limit + 1
      const [logged, queued] = await Promise.all([
        query.status !== undefined
          ? []
          : messages
              .find({ $and: [of(account), logFilter(query), olderThan("timestamp", before)] } as Filter<MessageDoc>)
              .sort({ timestamp: -1, _id: -1 })
              .limit(most)
              .maxTimeMS(searchMs)
              .toArray(),
        query.direction === "in" || query.words !== undefined ? [] : unlogged(account, query, before),
      ])
      const all = [
        ...logged.map((doc) => ({ kind: "logged" as const, doc })),
        ...queued.map((doc) => ({ kind: "queued" as const, doc })),
      ]
      return pageFrom(all.toSorted(newestFirst), query.limit, positionOf)
    },

    /** Writes a send. The same id a second time is the same send: null then. */
    async enqueue(row: Omit<OutboxDoc, "tenant">): Promise<OutboxDoc | null> {
      const doc = { ...row, tenant: caller.tenant }
      try {
        await outbox.insertOne(doc)
        return doc
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
        return null
      }
    },

    /** Authors of messages of the account by WhatsApp id: what a queued reply refers to. */
    async authorsOf(account: AccountDoc, waIds: readonly string[]): Promise<Map<string, MessageDoc["author"]>> {
      if (waIds.length === 0) return new Map()
      const found = await messages
        .find({ ...of(account), waId: { $in: [...waIds] } })
        .project<Pick<MessageDoc, "waId" | "author">>({ waId: 1, author: 1 })
        .toArray()
      return new Map(found.map(({ waId, author }) => [waId, author]))
    },
  }

  async function read(account: AccountDoc, id: string): Promise<LoggedMessage | null> {
    const doc = await messages.findOne({ ...of(account), _id: id })
    if (doc) return { kind: "logged", doc }
    const row = await outbox.findOne({ ...of(account), _id: id })
    return row && { kind: "queued", doc: row }
  }

  /**
   * Rows that the pump has not written to the log, newest first. It writes a message before it marks its row, so only rows
   * that wait, or ended before they were sent, can be missing there.
   */
  async function unlogged(account: AccountDoc, query: MessageQuery, before: Position | null): Promise<OutboxDoc[]> {
    const filter = {
      ...of(account),
      ...queueFilter(query.status),
      ...(query.chat === undefined ? {} : { to: { $in: [...query.chat] } }),
      ...during("createdAt", query),
    }
    return outbox
      .aggregate<OutboxDoc>([
        { $match: { $and: [filter, olderThan("createdAt", before)] } },
        { $sort: { createdAt: -1, _id: -1 } },
        {
          $lookup: {
            from: messages.collectionName,
            localField: "_id",
            foreignField: "_id",
            pipeline: [{ $project: { _id: 1 } }],
            as: "logged",
          },
        },
        { $match: { logged: [] } },
        { $unset: "logged" },
        { $limit: query.limit + 1 },
      ])
      .toArray()
  }
}

function isOnItsWay({ kind, doc }: LoggedMessage): boolean {
  return doc.status === "sending" || (kind === "queued" && doc.status === "queued" && doc.dueAt.getTime() <= Date.now())
}

const unloggedStates = ["queued", "failed", "expired", "cancelled"] as const

/** A row whose cancellation is settled still says queued until its account has an owner. */
function queueFilter(status: MessageQuery["status"]): Filter<OutboxDoc> {
  const settled = { status: "queued" as const, "cancel.settled": true }
  // What is done to messages is shown with these.
  if (status === undefined) return { status: { $in: [...unloggedStates] }, "content.type": { $nin: [...actionTypes] } }
  if (status === "cancelled") return { $or: [{ status }, settled] }
  if (status === "expired") return { status }
  const waiting = { status: "queued" as const, "cancel.settled": { $ne: true } }
  return status === "queued" ? waiting : { ...waiting, dueAt: { $gt: new Date() } }
}

/** A search for common words in a very large account is ended rather than let others wait for it. */
const searchMs = 8_000

function logFilter({ chat, direction, words, ...range }: MessageQuery): Filter<MessageDoc> {
  return {
    // Each word as a phrase of its own: all of them are wanted, and a leading hyphen excludes nothing.
    ...(words === undefined ? {} : { $text: { $search: words.map((word) => `"${word}"`).join(" ") } }),
    ...during("timestamp", range),
    ...(direction === undefined ? {} : { fromMe: direction === "out" }),
    ...(chat === undefined ? {} : inChat([...chat])),
  }
}

function inChat(names: string[]): Filter<MessageDoc> {
  return { $or: [{ "chat.jid": { $in: names } }, { "chat.pn": { $in: names } }, { "chat.lid": { $in: names } }] }
}

function during(field: "timestamp" | "createdAt", { from, to }: Pick<MessageQuery, "from" | "to">) {
  if (from === undefined && to === undefined) return {}
  return { [field]: { ...(from && { $gte: from }), ...(to && { $lt: to }) } }
}

function olderThan(field: "timestamp" | "createdAt", position: Position | null) {
  if (position === null) return {}
  const [ms, id] = position
  const at = new Date(ms)
  return { $or: [{ [field]: { $lt: at } }, { [field]: at, _id: { $lt: id } }] }
}

function positionOf(message: LoggedMessage): Position {
  return [(message.kind === "logged" ? message.doc.timestamp : message.doc.createdAt).getTime(), message.doc._id]
}

function newestFirst(left: LoggedMessage, right: LoggedMessage): number {
  const [[leftMs, leftId], [rightMs, rightId]] = [positionOf(left), positionOf(right)]
  return rightMs - leftMs || (leftId < rightId ? 1 : -1)
}
