import { jittered } from "@wildcat/shared/runtime"
import type { PostResult } from "./post.ts"

/** What an attempt means for its delivery. */
export type Verdict =
  | { kind: "delivered" }
  | { kind: "failed"; error: string }
  | { kind: "retry"; error: string; afterMs: number }

export interface RetryPolicy {
  /** Pause before each attempt; as many attempts as entries. */
  delaysMs: readonly number[]
  retryAfterMaxMs: number
}

/** Refusals that say "not now" rather than "never". */
const passingStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429])

/**
 * Judges attempt `number` (1 is the first). 2xx is delivered; other 4xx than 408, 409, 425 and 429 are final; everything
 * else is tried again by the schedule, no earlier than the endpoint asks with `Retry-After`, until it is exhausted.
 */
export function judge(
  result: PostResult,
  number: number,
  policy: RetryPolicy,
  clock: { now: Date; random?: () => number },
): Verdict {
  if (result.kind === "answered" && result.statusCode >= 200 && result.statusCode < 300) return { kind: "delivered" }
  const error = result.kind === "failed" ? result.error : `the endpoint answered ${result.statusCode}`
  if (result.kind === "answered" && isFinal(result.statusCode)) return { kind: "failed", error }
  const pauses = policy.delaysMs.slice(1)
  if (number > pauses.length) return { kind: "failed", error: `${error}; given up after ${number} attempts` }
  const asked = result.kind === "answered" ? retryAfterMs(result.retryAfter, clock.now) : 0
  const afterMs = Math.max(jittered(pauses, number, clock.random), Math.min(asked, policy.retryAfterMaxMs))
  return { kind: "retry", error, afterMs }
}

function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !passingStatuses.has(status)
}

/** `Retry-After` (RFC 9110, 10.2.3): seconds or a date. 0 when it is absent, past or not understood. */
export function retryAfterMs(header: string | null, now: Date): number {
  if (header === null) return 0
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1_000
  const date = Date.parse(header)
  return Number.isNaN(date) ? 0 : Math.max(0, date - now.getTime())
}
