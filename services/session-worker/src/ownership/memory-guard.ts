import { repeat } from "@wildcat/shared/runtime"
import type { Logger, Repetition } from "@wildcat/shared/runtime"

const lookMs = 5_000
/** A moment's peak, which the next collection of garbage undoes, is no reason to move sessions. */
const looksOver = 3

/** Calls `over` once when the process has been over its limit of resident memory for some looks. */
export function watchMemory(options: {
  rssBytesMax: number
  over(rssBytes: number): void
  log: Logger
  everyMs?: number
  rssBytes?: () => number
}): Repetition {
  const { rssBytesMax, rssBytes = () => process.memoryUsage.rss() } = options
  let count = 0
  return repeat({
    name: "memory",
    pauseMs: options.everyMs ?? lookMs,
    log: options.log,
    work: async () => {
      const now = rssBytes()
      count = now > rssBytesMax ? count + 1 : 0
      if (count === looksOver) options.over(now)
    },
  })
}
