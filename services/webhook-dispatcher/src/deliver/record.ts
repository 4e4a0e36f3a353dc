import type { AttemptDoc, Collections } from "@wildcat/shared/store"
import type { Claim } from "./claim.ts"
import type { PostResult } from "./post.ts"
import type { Verdict } from "./verdict.ts"

/**
 * Records how an attempt ended, then what it means for the delivery. Between the two a crash is repaired by the next
 * claim. A success always counts; a failure only while the delivery is still ours.
 */
export async function recordAttempt(
  { attempts, deliveries }: Collections,
  claim: Claim,
  result: PostResult,
  verdict: Verdict,
): Promise<void> {
  await attempts.updateOne({ _id: claim.attempt._id }, { $set: outcomeOf(result, verdict) })
  const { _id } = claim.delivery
  const now = new Date()
  if (verdict.kind === "delivered") {
    const delivered = { status: "delivered" as const, completedAt: now, lease: null, lastError: null }
    await deliveries.updateOne({ _id, status: "pending" }, { $set: delivered })
    return
  }
  const ours = { _id, status: "pending" as const, "lease.by": claim.by }
  const next =
    verdict.kind === "failed"
      ? { status: "failed" as const, completedAt: now }
      : { dueAt: new Date(now.getTime() + verdict.afterMs) }
  await deliveries.updateOne(ours, { $set: { ...next, lease: null, lastError: verdict.error } })
}

function outcomeOf(result: PostResult, verdict: Verdict): Partial<AttemptDoc> {
  const { latencyMs } = result
  if (result.kind === "failed") return { outcome: "failed", latencyMs, error: result.error }
  return {
    outcome: verdict.kind === "delivered" ? "succeeded" : "failed",
    statusCode: result.statusCode,
    latencyMs,
    error: verdict.kind === "delivered" ? null : verdict.error,
    responseExcerpt: result.excerpt,
  }
}
