import { jittered } from "@wildcat/shared/runtime"

const delaysMs = [500, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000]
/** A connection that lasted this long was a good one: the next pause is short again. */
const goodMs = 60_000
/** Endings that must not be answered for ever. */
const fewMax = 3
const fewWindowMs = 5 * 60_000

/** How long to wait before the next connection, and when to give up. */
export interface Reconnects {
  opened(): void
  /** The pause before the next try, in milliseconds. */
  pauseMs(): number
  /** Counts an ending that may happen a few times only; true when it has happened too often. */
  tooOften(): boolean
}

export function createReconnects(now: () => number = () => performance.now()): Reconnects {
  let attempt = 0
  let openedAt: number | null = null
  let few: number[] = []
  return {
    opened: () => (openedAt = now()),
    pauseMs() {
      if (openedAt !== null && now() - openedAt > goodMs) attempt = 0
      openedAt = null
      attempt += 1
      return jittered(delaysMs, attempt)
    },
    tooOften() {
      few = [...few.filter((at) => now() - at < fewWindowMs), now()]
      return few.length > fewMax
    },
  }
}
