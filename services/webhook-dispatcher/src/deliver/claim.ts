import { newId } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { AttemptDoc, Collections, DeliveryDoc } from "@wildcat/shared/store"
import type { Ledger, LedgerWrite } from "./ledger.ts"

/** An attempt that is ours to make: recorded, and leased until `until`. */
export interface Claim {
  delivery: DeliveryDoc
  /** Id of the claim; the lease carries it. */
  by: string
  /** Number of the attempt; 1 is the first. */
  number: number
  /** Attempts of the present schedule, this one included. */
  ofSchedule: number
  startedAt: Date
  until: Date
}

/** How an attempt ended that nobody finished recording: the endpoint may have seen it or not. */
const unknownOutcome = { outcome: "unknown", error: "the dispatcher ended during the attempt" } as const

export const attemptBegun = {
  outcome: "running",
  statusCode: null,
  latencyMs: null,
  error: null,
  responseExcerpt: null,
} as const

interface Request {
  webhook: string
  ordered: boolean
  limit: number
  leaseMs: number
}

/**
 * Takes due deliveries of a webhook, its oldest first (with order: only the first of each chat), and records an attempt
 * of each before it is made. A taken delivery becomes due again when its lease ends: if this process dies, it is taken
 * then again, and the attempt that was cut short is closed as `unknown`. No two processes take the same one.
 * `nextAt` is when more may be due: a time in milliseconds, or Infinity.
 */
export async function claimDue(
  { deliveries }: Collections,
  ledger: Ledger,
  request: Request,
): Promise<{ claims: Claim[]; nextAt: number }> {
  const now = new Date()
  const found = await (request.ordered ? headsOf(deliveries, request) : earliestOf(deliveries, request))
  const due = found.filter(({ dueAt }) => dueAt <= now).slice(0, request.limit)
  const next = found.find((each) => !due.includes(each))?.dueAt.getTime() ?? Number.POSITIVE_INFINITY
  if (due.length === 0) return { claims: [], nextAt: next }
  const by = newId("request")
  const until = new Date(now.getTime() + request.leaseMs)
  const lease = { by, until }
  const claims = due.map((delivery) => claimOf(delivery, { by, now, until }))
  await Promise.all(claims.map((claim) => ledger.write(taking(claim, lease))))
  const ours = await confirmed(deliveries, claims)
  faultPoint("dispatcher.after-attempt-record-before-post")
  // With order, what follows in a chat becomes due when what is taken has ended; that looks again by itself.
  return { claims: ours, nextAt: next }
}

function claimOf(delivery: DeliveryDoc, at: { by: string; now: Date; until: Date }): Claim {
  const since = delivery.since ?? delivery.createdAt
  const before = (delivery.tries ?? []).filter(({ startedAt }) => startedAt >= since).length
  return {
    delivery,
    by: at.by,
    number: delivery.attempts + 1,
    ofSchedule: before + 1,
    startedAt: at.now,
    until: at.until,
  }
}

function taking({ delivery, number, startedAt }: Claim, lease: DeliveryDoc["lease"]): LedgerWrite {
  const attempt: AttemptDoc = { number, startedAt, ...attemptBegun }
  const earlier = delivery.tries?.[number - 2]
  const closed = earlier?.outcome === "running" ? { [`tries.${number - 2}`]: { ...earlier, ...unknownOutcome } } : {}
  const until = lease?.until ?? startedAt
  return {
    updateOne: {
      filter: { _id: delivery._id, status: "pending", attempts: delivery.attempts, dueAt: delivery.dueAt },
      update: {
        $set: { lease, dueAt: until, awaitsMedia: null, attempts: number, ...closed, [`tries.${number - 1}`]: attempt },
      },
    },
  }
}

/** Which claims came through. Only the owner of the partition claims, so nearly always all did. */
async function confirmed(deliveries: Collections["deliveries"], claims: readonly Claim[]): Promise<Claim[]> {
  const by = claims[0]?.by ?? ""
  const ids = claims.map(({ delivery }) => delivery._id)
  const ours = await deliveries
    .find({ _id: { $in: ids }, "lease.by": by })
    .project<{ _id: string }>({ _id: 1 })
    .toArray()
  const taken = new Set(ours.map(({ _id }) => _id))
  return claims.filter(({ delivery }) => taken.has(delivery._id))
}

function earliestOf(deliveries: Collections["deliveries"], { webhook, limit }: Request): Promise<DeliveryDoc[]> {
  return deliveries
    .find({ status: "pending", webhook })
    .sort({ dueAt: 1 })
    .limit(limit + 1)
    .toArray()
}

/** The first pending one of each chat, earliest first; the others wait for it, however long it is tried again. */
async function headsOf(deliveries: Collections["deliveries"], { webhook, limit }: Request): Promise<DeliveryDoc[]> {
  const heads = await deliveries
    .aggregate<{ first: string; dueAt: Date }>([
      { $match: { webhook, status: "pending" } },
      { $sort: { webhook: 1, status: 1, orderKey: 1, position: 1 } },
      { $group: { _id: "$orderKey", first: { $first: "$_id" }, dueAt: { $first: "$dueAt" } } },
      { $sort: { dueAt: 1 } },
      { $limit: limit + 1 },
    ])
    .toArray()
  return deliveries
    .find({ _id: { $in: heads.map(({ first }) => first) }, status: "pending" })
    .sort({ dueAt: 1, position: 1 })
    .toArray()
}
