import { WildcatError, budgetOf, permissionOf, pacingOf, sentNothing } from "@wildcat/shared/contracts"
import type { DelayReason, PacingSituation, SendingBudget } from "@wildcat/shared/contracts"
import { sendClasses } from "@wildcat/shared/store"
import type { AccountDoc, MessageDoc, OutboxDoc } from "@wildcat/shared/store"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"
import { sessionsOf } from "./sessions.ts"

/** What a cancellation came to: `wanted` when its owner could not be reached and has to do it later. */
export type Cancelled = "cancelled" | "wanted" | "too-late" | "unknown"

/** What new content for a send came to. */
export type Revised = "revised" | "too-late" | "unknown"

/** How long ago a person may have written so that a message to them is a reply. */
const replyMs = 24 * 3_600_000

/** What waits to be sent, of accounts that the caller has found. */
export function outboxOf(parts: Parts, caller: Caller) {
  const { outbox, messages, budgets, sessionLog, authStates } = parts.store.collections
  const sessions = sessionsOf(parts)
  const of = (account: AccountDoc) => ({ tenant: caller.tenant, account: account._id })
  const pacingOfAccount = (account: AccountDoc) => pacingOf(account.pacing, parts.limits.pacingDefault)

  const situationOf = async (account: AccountDoc): Promise<PacingSituation> => {
    const budget = await budgets.findOne({ _id: account._id })
    return {
      pacing: pacingOfAccount(account),
      sent: budget?.sent ?? sentNothing,
      accountCreatedAt: account.createdAt,
      restriction: account.restriction ?? null,
      now: Date.now(),
    }
  }

  /** Asks the owner, who alone can say. Null: there is none, or it did not answer. */
  const askOwner = async (account: AccountDoc, id: string): Promise<Cancelled | null> => {
    try {
      const { status } = await sessions.command(account, "message.cancel", { message: id })
      return status === "cancelled" ? "cancelled" : "too-late"
    } catch (error) {
      if (error instanceof WildcatError) return null
      throw error
    }
  }

  /** As `askOwner`: whether it will send this revision of the row. */
  const askRevised = async (account: AccountDoc, id: string, revision: number): Promise<Revised | null> => {
    try {
      const { status } = await sessions.command(account, "message.revise", { message: id, revision })
      return status === "queued" ? "revised" : "too-late"
    } catch (error) {
      if (error instanceof WildcatError) return null
      throw error
    }
  }

  /**
   * True when nobody owns the account and everything that an owner ever took is in the outbox: a row that still says queued
   * then was taken by nobody, and whoever owns the account next finds it cancelled.
   */
  const isAtRest = async (account: AccountDoc): Promise<boolean> => {
    const now = await parts.store.models.accounts.findOne({ _id: account._id }, { owner: 1 }).lean<AccountDoc | null>()
    if (now === null || now.owner !== null) return false
    const finished = await authStates.findOne({ _id: `${account._id}:pump:finished` }, { projection: { n: 1 } })
    const untold = { account: account._id, n: { $gt: finished?.n ?? 0 }, takeover: { $ne: true as const } }
    return (await sessionLog.findOne(untold, { projection: { _id: 1 } })) === null
  }

  return {
    /**
     * Cancels a send. The wish is in MongoDB before the owner is asked: an owner that cannot be reached, or the next one,
     * finds it there before it takes the row. `cancelled` is final.
     */
    async cancel(account: AccountDoc, id: string): Promise<Cancelled> {
      const row = await outbox.findOne({ ...of(account), _id: id })
      if (row === null) return "unknown"
      if (row.status === "cancelled" || (row.status === "queued" && row.cancel?.settled === true)) return "cancelled"
      if (row.status !== "queued") return "too-late"
      const at = new Date()
      const wish = { cancel: { at, settled: false }, priority: sendClasses.reply, dueAt: at, updatedAt: at }
      await outbox.updateOne({ ...of(account), _id: id, status: "queued", cancel: null }, { $set: wish })
      const told = await askOwner(account, id)
      if (told !== null) return told
      if (!(await isAtRest(account))) return "wanted"
      const unclaimed = { ...of(account), _id: id, status: "queued" as const }
      const { matchedCount } = await outbox.updateOne(unclaimed, { $set: { "cancel.settled": true } })
      if (matchedCount === 1) return "cancelled"
      const left = await outbox.findOne({ ...of(account), _id: id })
      return left?.status === "cancelled" ? "cancelled" : "too-late"
    },

    /**
     * Gives a send other content. Its row says so before the owner is asked, so that the next owner can only send this; the
     * present one may have taken the row before, and says. `unknown` when it cannot be asked.
     */
    async revise(account: AccountDoc, id: string, content: OutboxDoc["content"]): Promise<Revised> {
      const changes = { $set: { content, updatedAt: new Date() }, $inc: { revision: 1 } }
      const waiting = { ...of(account), _id: id, status: "queued" as const, cancel: null }
      const row = await outbox.findOneAndUpdate(waiting, changes, { returnDocument: "after" })
      if (row === null) return "too-late"
      const told = await askRevised(account, id, row.revision ?? 0)
      return told ?? ((await isAtRest(account)) ? "revised" : "unknown")
    },

    /** The class of a send to `to`: replies are known as such only where the account is paced, since nothing else asks. */
    async classOf(account: AccountDoc, to: string, priority: "normal" | "bulk"): Promise<OutboxDoc["priority"]> {
      if (pacingOfAccount(account) === null || to.endsWith("@g.us")) return sendClasses[priority]
      const since = { ...of(account), fromMe: false, timestamp: { $gte: new Date(Date.now() - replyMs) } }
      const names = ["chat.jid", "chat.pn", "chat.lid"].map((name) => ({ ...since, [name]: to }))
      const found = await messages.findOne({ $or: names } as Partial<MessageDoc>, { projection: { _id: 1 } })
      return found === null ? sendClasses[priority] : sendClasses.reply
    },

    situationOf,

    /** What the account may send now. */
    async budgetOf(account: AccountDoc): Promise<SendingBudget> {
      return budgetOf(await situationOf(account))
    },
  }
}

/** Until when at least a row waits, and why; null when nothing holds it back. */
export function delayOf(
  row: OutboxDoc,
  situation: PacingSituation,
): { until: Date; reason: DelayReason | "scheduled" } | null {
  if (row.status !== "queued") return null
  if (row.dueAt.getTime() > situation.now) return { until: row.dueAt, reason: row.delayed?.reason ?? "scheduled" }
  if (row.priority === sendClasses.reply) return null
  const { at, reason } = permissionOf(situation, { firstContact: false })
  return reason === null ? null : { until: new Date(at), reason }
}
