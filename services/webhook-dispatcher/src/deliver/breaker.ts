import { remember } from "@wildcat/shared/runtime"

/** Keeps an endpoint in trouble from holding slots and from being flooded. */
export interface Breaker {
  /** Attempts that may be under way at once: one while the endpoint is in trouble. */
  limit(webhook: string, each: number): number
  /** When the next attempt may begin, in milliseconds since the epoch; 0 when nothing holds it. */
  opensAt(webhook: string): number
  worked(webhook: string): void
  /** `waitMs` is what the endpoint asked for with Retry-After, else 0. */
  failed(webhook: string, waitMs: number): void
}

/** After so many failures in a row the breaker opens. */
const failuresInRow = 3
const pauseMsMax = 60_000
/** Endpoints in trouble remembered at once. */
const rememberedMax = 50_000

/**
 * After three failures in a row a webhook gets one attempt at a time, with a pause before each that doubles from `pauseMs`
 * to a minute; the first success closes the breaker. `Retry-After` holds all attempts of the webhook.
 */
export function createBreaker({ pauseMs }: { pauseMs: number }): Breaker {
  const states = new Map<string, { row: number; opensAt: number }>()
  return {
    limit: (webhook, each) => ((states.get(webhook)?.row ?? 0) >= failuresInRow ? 1 : each),
    opensAt: (webhook) => states.get(webhook)?.opensAt ?? 0,
    worked: (webhook) => void states.delete(webhook),
    failed(webhook, waitMs) {
      const row = (states.get(webhook)?.row ?? 0) + 1
      const open = row < failuresInRow ? 0 : Math.min(pauseMs * 2 ** Math.min(row - failuresInRow, 20), pauseMsMax)
      remember(states, webhook, { row, opensAt: Date.now() + Math.max(open, waitMs) }, rememberedMax)
    },
  }
}
