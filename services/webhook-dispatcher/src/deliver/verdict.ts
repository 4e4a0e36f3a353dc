import type { RetryPolicy } from "@wildcat/shared/contracts"
import type { PostResult } from "./post.ts"

/** What an attempt means for its delivery. */
export type Verdict =
  | { kind: "delivered" }
  | { kind: "failed"; error: string }
  | { kind: "retry"; error: string; afterMs: number }

/** Refusals that say "not now" rather than "never". */
const passingStatuses: ReadonlySet<number> = new Set([408, 409, 425, 429])

export interface Judging {
  /** Attempts made in the present schedule, this one included. */
  number: number
  /** When the present schedule began. */
  since: Date
  now: Date
  /** Longest pause that an endpoint may ask for. */
  retryAfterMsMax: number
  random?: () => number
}

/**
 * Judges an attempt. 2xx is delivered; other 4xx than 408, 409, 425 and 429 are final; everything else is tried again by
 * the policy, no earlier than the endpoint asks with `Retry-After`, until the policy's attempts or time are used up.
 */
export function judge(result: PostResult, policy: RetryPolicy, judging: Judging): Verdict {
  if (result.kind === "answered" && result.statusCode >= 200 && result.statusCode < 300) return { kind: "delivered" }
  const error = result.kind === "failed" ? result.error : `the endpoint answered ${result.statusCode}`
  if (result.kind === "answered" && isFinal(result.statusCode)) return { kind: "failed", error }
  const { number, now } = judging
  const asked = result.kind === "answered" ? retryAfterMs(result.retryAfter, now) : 0
  const planned = pauseMs(policy, number) * (0.8 + 0.4 * (judging.random ?? Math.random)())
  const afterMs = Math.round(Math.max(planned, Math.min(asked, judging.retryAfterMsMax)))
  const endsAt = judging.since.getTime() + policy.totalMs
  if (number >= policy.attemptsMax || now.getTime() + afterMs > endsAt) {
    return { kind: "failed", error: `${error}; given up after ${number} ${number === 1 ? "attempt" : "attempts"}` }
  }
  return { kind: "retry", error, afterMs }
}

/** The pause after attempt `number` (1 is the first), before jitter. */
export function pauseMs({ pausesMs, factor, pauseMsMax }: RetryPolicy, number: number): number {
  const listed = pausesMs[number - 1]
  if (listed !== undefined) return Math.min(listed, pauseMsMax)
  const last = pausesMs.at(-1) ?? 1_000
  return Math.min(last * factor ** (number - Math.max(1, pausesMs.length)), pauseMsMax)
}

/** True when the endpoint, not the request, is in trouble: others should wait too. */
export function isTrouble(result: PostResult): boolean {
  return result.kind === "failed" || result.statusCode >= 500 || [408, 429].includes(result.statusCode)
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
