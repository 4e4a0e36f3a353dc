import { WildcatError } from "@wildcat/shared/contracts"
import type { MessageStatus, WrittenRow } from "@wildcat/shared/contracts"
import type { Collections, OutboxDoc } from "@wildcat/shared/store"
import type { OutboxMark } from "../log/entry.ts"
import { createTickets } from "./tickets.ts"

/**
 * The outbox of one account as its owner sees it. MongoDB shows a row as queued for a while after the session log has
 * taken it; this knows better, also when MongoDB's answer was under way meanwhile.
 */
export interface DueRows {
  /**
   * Queued rows that are due within `aheadMs`, the lowest class first, then by time. MongoDB is not asked while it can have
   * none but those that were brought along.
   */
  look(now: number): Promise<OutboxDoc[]>
  /** To be given to those who write rows, see `Tickets`. */
  readonly ticket: string
  /** A row that was written lately, brought along with the ticket that its writer had before. */
  bring(row: WrittenRow, ticket: string): void
  /** MongoDB may have rows that nobody brings, or that were not seen to. */
  unclear(): void
  /** Queued rows that have waited too long, or that somebody wants cancelled. */
  overdue(now: number): Promise<OutboxDoc[]>
  /** One row with the state that it really is in. Throws `not_found`. */
  read(id: string): Promise<{ row: OutboxDoc; status: MessageStatus }>
  /** The session log has it from now on, in this state. */
  take(row: Pick<OutboxDoc, "_id">, status: MessageStatus): void
  isTaken(row: Pick<OutboxDoc, "_id" | "waId">): boolean
  /**
   * Whoever reads rows and acts on them later does both in `work`: until its end `isTaken` also knows the rows that have left
   * the queue since. Between `isTaken` and the acting nothing may be awaited.
   */
  keeping<T>(work: () => Promise<T>): Promise<T>
  /** From now on nothing older than this revision of the row may be sent. */
  revise(row: Pick<OutboxDoc, "_id">, revision: number): void
  /** True when the row was read before it was revised. */
  isRevised(row: Pick<OutboxDoc, "_id" | "revision">): boolean
  /** MongoDB shows these states now. */
  recorded(marks: readonly OutboxMark[]): void
}

const batchRows = 50
/** Rows that wait here for their turn; of more, MongoDB knows the order. */
const broughtMax = 100
/** Rows that become due this soon are read beforehand: nothing else asks for the next one. */
export const aheadMs = 15_000

export function createDueRows(options: {
  outbox: Collections["outbox"]
  tenant: string
  account: string
  isUnconfirmed(waId: string): boolean
}): DueRows {
  const { outbox, tenant, account } = options
  const tickets = createTickets()
  let brought: { row: OutboxDoc; ticket: string }[] = []
  /** Nothing waits but what was brought: the last look found all, each of these was seen to, and no other was written since. */
  let isClear = false
  /** Rows that are in the log while MongoDB may still show them as queued. */
  const taken = new Map<string, MessageStatus>()
  /** Rows of which MongoDB has learnt while somebody held what it had said before: there they are still queued. */
  const passed = new Map<string, MessageStatus>()
  const revised = new Map<string, number>()
  let holders = 0

  const stagedAs = (id: string) => taken.get(id) ?? passed.get(id)
  const isTaken = ({ _id, waId }: Pick<OutboxDoc, "_id" | "waId">) =>
    stagedAs(_id) !== undefined || options.isUnconfirmed(waId)
  const left = (rows: OutboxDoc[]) => rows.filter((row) => !isTaken(row))
  const keeping = async <T>(work: () => Promise<T>): Promise<T> => {
    holders += 1
    try {
      return await work()
    } finally {
      holders -= 1
      if (holders === 0) passed.clear()
    }
  }
  const queued = { account, status: "queued" } as const
  const isWaiting = ({ row, ticket }: { row: OutboxDoc; ticket: string }) => {
    const state = tickets.stateOf(row._id, ticket)
    if (state === "unknown") isClear = false
    return state === "waiting"
  }
  return {
    async look(now) {
      const given = brought.filter(isWaiting)
      brought = []
      if (isClear) return left(given.map(({ row }) => row))
      // The look finds those, too. What is written meanwhile it may miss: whoever says so comes later than this.
      isClear = true
      const due = { ...queued, priority: { $in: [0, 1, 2] }, dueAt: { $lte: new Date(now + aheadMs) } }
      const most = batchRows + taken.size
      const found = outbox.find(due).sort({ priority: 1, dueAt: 1 }).limit(most)
      const rows = await found.toArray()
      if (rows.length === most) isClear = false
      return left(rows)
    },
    get ticket() {
      return tickets.current
    },
    bring(row, ticket) {
      if (brought.length >= broughtMax) isClear = false
      else brought.push({ row: docOf(row, { tenant, account }), ticket })
    },
    unclear: () => (isClear = false),
    async overdue(now) {
      const expired = { ...queued, expiresAt: { $lte: new Date(now) } }
      const unwanted = { ...queued, priority: 0, cancel: { $ne: null } }
      const found = outbox.find({ $or: [expired, unwanted] })
      return left(await found.limit(batchRows + taken.size).toArray())
    },
    async read(id) {
      const row = await outbox.findOne({ _id: id, account })
      const staged = stagedAs(id)
      if (row === null) throw new WildcatError("not_found", { detail: "there is no such message in the outbox" })
      if (staged !== undefined && row.status === "queued") return { row, status: staged }
      return { row, status: row.status === "queued" && options.isUnconfirmed(row.waId) ? "sending" : row.status }
    },
    take({ _id }, status) {
      revised.delete(_id)
      taken.set(_id, status)
      tickets.left(_id)
    },
    revise: ({ _id }, revision) => void revised.set(_id, revision),
    isRevised: ({ _id, revision = 0 }) => revision < (revised.get(_id) ?? 0),
    isTaken,
    keeping,
    recorded(marks) {
      for (const { id, status } of marks) {
        taken.delete(id)
        if (holders > 0) passed.set(id, status)
      }
    },
  }
}

function docOf(row: WrittenRow, owner: Pick<OutboxDoc, "tenant" | "account">): OutboxDoc {
  const { createdAt } = row
  const times = { sendAt: null, dueAt: createdAt, expiresAt: null, updatedAt: createdAt }
  return { ...row, ...owner, status: "queued", error: null, ...times }
}
