/** Counts what happened lately, in a fixed number of buckets. */
export interface Window {
  /** Number of the newest bucket, counted from 1970. */
  newest: number
  /** The newest last. */
  counts: number[]
}

/** How long a window looks back, and how finely. */
export interface Span {
  bucketMs: number
  /** Buckets that lie in the window in full; one more counts in part, and is counted as a whole. */
  buckets: number
}

export const spans = {
  minute: { bucketMs: 5_000, buckets: 12 },
  hour: { bucketMs: 300_000, buckets: 12 },
  day: { bucketMs: 3_600_000, buckets: 24 },
} as const satisfies Record<string, Span>

export const emptyWindow: Window = { newest: 0, counts: [] }

/** The window as it is at `now`: what is too old is gone. */
function windowAt(window: Window, { bucketMs, buckets }: Span, now: number): Window {
  const newest = Math.max(window.newest, Math.floor(now / bucketMs))
  const passed = Math.min(newest - window.newest, buckets + 1)
  const counts = [...window.counts, ...Array.from({ length: passed }, () => 0)].slice(-(buckets + 1))
  return { newest, counts }
}

/** One more at `now`. */
export function counted(window: Window, span: Span, now: number): Window {
  const { newest, counts } = windowAt(window, span, now)
  return { newest, counts: [...counts.slice(0, -1), (counts.at(-1) ?? 0) + 1] }
}

/** How many there are within the span before `now`; those in a bucket that lies in it in part count, too. */
export function usedOf(window: Window, span: Span, now: number): number {
  return windowAt(window, span, now).counts.reduce((sum, count) => sum + count, 0)
}

/** When there are fewer than `limit` again, in milliseconds since 1970: `now` when there are already. */
export function freeAt(window: Window, span: Span, { limit, now }: { limit: number; now: number }): number {
  const { newest, counts } = windowAt(window, span, now)
  let used = counts.reduce((sum, count) => sum + count, 0)
  for (const [index, count] of counts.entries()) {
    if (used < limit) return index === 0 ? now : leavesAt(newest - counts.length + index, span)
    used -= count
  }
  return used < limit ? leavesAt(newest, span) : now
}

/** When the bucket of this number is out of the window. */
function leavesAt(bucket: number, { bucketMs, buckets }: Span): number {
  return (bucket + 1 + buckets) * bucketMs
}
