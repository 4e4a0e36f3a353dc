import { derivedId, newId } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { AttemptDoc, Collections, DeliveryDoc } from "@wildcat/shared/store"

/** An attempt that is ours to make: recorded, and leased until `delivery.lease.until`. */
export interface Claim {
  delivery: DeliveryDoc
  /** Id of the claim; the lease carries it. */
  by: string
  attempt: AttemptDoc
}

/** How an attempt ended that nobody finished recording: the endpoint may have seen it or not. */
export const unknownOutcome = { outcome: "unknown", error: "the dispatcher ended during the attempt" } as const

/** How many deliveries of a webhook may be claimed. */
export interface Share {
  webhook: string
  limit: number
}

/**
 * Takes due deliveries, each webhook's oldest first, and records an attempt of each before it is made. A taken delivery
 * becomes due again when its lease ends: if this process dies, another one takes it then, and closes the attempt that
 * was cut short as `unknown`. No two processes take the same one.
 */
export async function claimDue(
  collections: Collections,
  request: { shares: readonly Share[]; leaseMs: number },
): Promise<Claim[]> {
  const taken = await take(collections.deliveries, request)
  const interrupted = taken.filter(({ attempts }) => attempts > 1)
  const succeeded = await closeInterrupted(collections, interrupted)
  const due = taken.filter(({ _id }) => !succeeded.has(_id))
  const claims = due.map((delivery) => ({ delivery, by: delivery.lease?.by ?? "", attempt: attemptOf(delivery) }))
  if (claims.length === 0) return []
  await collections.attempts.insertMany(claims.map(({ attempt }) => attempt))
  faultPoint("dispatcher.after-attempt-record-before-post")
  return claims
}

/** Takes by marking with a fresh id: whoever's mark a delivery carries afterwards has it. */
async function take(
  deliveries: Collections["deliveries"],
  { shares, leaseMs }: { shares: readonly Share[]; leaseMs: number },
): Promise<DeliveryDoc[]> {
  const now = new Date()
  const isDue = { status: "pending" as const, dueAt: { $lte: now } }
  const candidates = await Promise.all(
    shares.map(({ webhook, limit }) =>
      deliveries
        .find({ ...isDue, webhook })
        .sort({ dueAt: 1 })
        .limit(limit)
        .project({ _id: 1 })
        .toArray(),
    ),
  )
  const ids = candidates.flat().map(({ _id }) => String(_id))
  if (ids.length === 0) return []
  const by = newId("request")
  const until = new Date(now.getTime() + leaseMs)
  await deliveries.updateMany(
    { _id: { $in: ids }, ...isDue },
    { $set: { lease: { by, until }, dueAt: until, awaitsMedia: null }, $inc: { attempts: 1 } },
  )
  return deliveries
    .find({ _id: { $in: ids }, "lease.by": by })
    .sort({ createdAt: 1, _id: 1 })
    .toArray()
}

/**
 * Closes attempts that nobody finished recording: those still running become `unknown`. One that had succeeded already
 * completes its delivery; returns the ids of those.
 */
async function closeInterrupted(
  { attempts, deliveries }: Collections,
  again: readonly DeliveryDoc[],
): Promise<Set<string>> {
  if (again.length === 0) return new Set()
  const earlier = again.map((delivery) => attemptId(delivery._id, delivery.attempts - 1))
  await attempts.updateMany({ _id: { $in: earlier }, outcome: "running" }, { $set: unknownOutcome })
  const succeeded = await attempts.find({ _id: { $in: earlier }, outcome: "succeeded" }).toArray()
  const ids = succeeded.map(({ delivery }) => delivery)
  await deliveries.updateMany(
    { _id: { $in: ids }, status: "pending" },
    { $set: { status: "delivered", completedAt: new Date(), lease: null, lastError: null }, $inc: { attempts: -1 } },
  )
  return new Set(ids)
}

function attemptOf(delivery: DeliveryDoc): AttemptDoc {
  return {
    _id: attemptId(delivery._id, delivery.attempts),
    tenant: delivery.tenant,
    delivery: delivery._id,
    webhook: delivery.webhook,
    number: delivery.attempts,
    startedAt: new Date(),
    outcome: "running",
    statusCode: null,
    latencyMs: null,
    error: null,
    responseExcerpt: null,
  }
}

function attemptId(delivery: string, number: number): string {
  return derivedId("attempt", delivery, String(number))
}
