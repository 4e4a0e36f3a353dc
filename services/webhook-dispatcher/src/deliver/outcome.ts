import type { AttemptDoc, DeliveryDoc } from "@wildcat/shared/store"
import type { Claim } from "./claim.ts"
import type { LedgerWrite } from "./ledger.ts"
import type { PostResult } from "./post.ts"
import type { Verdict } from "./verdict.ts"

/**
 * The one write that records how an attempt ended and what it means for its delivery. A success always counts; a failure
 * only while the delivery is still ours.
 */
export function outcomeWrite(claim: Claim, result: PostResult, verdict: Verdict): LedgerWrite {
  const { _id } = claim.delivery
  const now = new Date()
  const attempt = { [`tries.${claim.number - 1}`]: attemptOf(claim, result, verdict) }
  if (verdict.kind === "delivered") {
    const delivered = { status: "delivered" as const, completedAt: now, lease: null, lastError: null }
    return { updateOne: { filter: { _id, status: "pending" }, update: { $set: { ...delivered, ...attempt } } } }
  }
  const next: Partial<DeliveryDoc> =
    verdict.kind === "failed"
      ? { status: "failed", completedAt: now }
      : { dueAt: new Date(now.getTime() + verdict.afterMs) }
  return {
    updateOne: {
      filter: { _id, status: "pending", "lease.by": claim.by },
      update: { $set: { ...next, lease: null, lastError: verdict.error, ...attempt } },
    },
  }
}

/** Gives back a claim whose attempt was not begun: it is due at once, and no attempt of it is on record. */
export function givingBack({ delivery, by, number }: Claim): LedgerWrite {
  return {
    updateOne: {
      filter: { _id: delivery._id, status: "pending", "lease.by": by },
      update: { $set: { lease: null, dueAt: new Date(), attempts: number - 1 }, $pop: { tries: 1 } },
    },
  }
}

function attemptOf({ number, startedAt }: Claim, result: PostResult, verdict: Verdict): AttemptDoc {
  const { latencyMs } = result
  const common = { number, startedAt, latencyMs }
  if (result.kind === "failed") {
    return { ...common, outcome: "failed", statusCode: null, error: result.error, responseExcerpt: null }
  }
  const { statusCode, excerpt } = result
  return verdict.kind === "delivered"
    ? { ...common, outcome: "succeeded", statusCode, error: null, responseExcerpt: excerpt }
    : {
        ...common,
        outcome: "failed",
        statusCode,
        error: `the endpoint answered ${statusCode}`,
        responseExcerpt: excerpt,
      }
}
