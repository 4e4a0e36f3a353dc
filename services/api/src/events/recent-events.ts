import type { LoggedEvent } from "./event-log.ts"

export interface RecentEvents {
  add(event: LoggedEvent): void
  /** Position of the newest event that was added. */
  position(): number
  /** The events of a tenant after a position, in order; null when some of them are no longer here. */
  after(position: number, tenant: string): LoggedEvent[] | null
}

/** Bounds of what one process keeps; clients that are further behind read the log. */
const keptMax = { events: 2_000, bytes: 8 * 1024 * 1024 }

/** The newest events, all of them from `start` on: those who come from the log join here without a gap. */
export function createRecentEvents(start: number): RecentEvents {
  const kept: LoggedEvent[] = []
  let [before, newest, bytes] = [start, start, 0]
  return {
    add(event) {
      kept.push(event)
      newest = event.sequence
      bytes += event.json.length
      while (kept.length > keptMax.events || bytes > keptMax.bytes) {
        const oldest = kept.shift()
        if (oldest === undefined) return
        before = oldest.sequence
        bytes -= oldest.json.length
      }
    },
    position: () => newest,
    after(position, tenant) {
      if (position < before) return null
      return kept.filter((event) => event.sequence > position && event.tenant === tenant)
    },
  }
}
