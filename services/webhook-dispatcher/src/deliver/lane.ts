import type { CachedWebhook } from "../webhooks/webhook-cache.ts"
import type { Breaker } from "./breaker.ts"
import type { Claim } from "./claim.ts"

/** What this process does for one webhook. */
export interface Lane {
  id: string
  partition: string
  /** When deliveries may be due, in milliseconds since the epoch. */
  nextAt: number
  looking: boolean
  /** Claimed and not yet begun. */
  queue: Claim[]
  running: Set<Promise<void>>
  /** Moving average of the endpoint's answers. */
  latencyMs: number
}

/** As many are claimed ahead as the endpoint takes in this time, so that a claim is never long in the queue. */
const aheadMs = 1_000
const aheadMax = 12

export function createLane({ _id: id, partition }: CachedWebhook): Lane {
  return {
    id,
    partition,
    nextAt: Number.POSITIVE_INFINITY,
    looking: false,
    queue: [],
    running: new Set(),
    latencyMs: 100,
  }
}

/** Claims that a lane may have, begun or not: more than its slots only when the endpoint is fast. */
export function roomOf(lane: Lane, limit: number): number {
  const ahead = Math.min(aheadMax, Math.floor(aheadMs / Math.max(1, lane.latencyMs)))
  return limit === 1 ? 1 : limit * Math.max(1, ahead)
}

/** How long nothing becomes due, in milliseconds, at least 1; what ends or arrives looks by itself. */
export function nextTickMs(lanes: Iterable<Lane>, breaker: Breaker): number {
  const now = Date.now()
  let waitMs = Number.POSITIVE_INFINITY
  for (const lane of lanes) {
    if (lane.queue.length === 0 && lane.nextAt === Number.POSITIVE_INFINITY) continue
    const at = Math.max(breaker.opensAt(lane.id), lane.queue.length > 0 ? 0 : lane.nextAt)
    // What is due already waits for a slot, and the end of an attempt looks again.
    if (at > now) waitMs = Math.min(waitMs, at - now)
    else if (lane.running.size === 0) waitMs = Math.min(waitMs, 50)
  }
  return Math.max(1, waitMs)
}
