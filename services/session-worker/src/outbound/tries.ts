/** Counts the tries of a message; after a few it has failed. */
export interface Tries {
  /** The number of the failed try, or `last` when there is to be no other. */
  next(id: string): number | "last"
}

const triesMax = 4
const keptMax = 1_000

export function createTries(): Tries {
  const counts = new Map<string, number>()
  return {
    next(id) {
      const count = (counts.get(id) ?? 0) + 1
      if (counts.size > keptMax) counts.clear()
      counts.set(id, count)
      if (count < triesMax) return count
      counts.delete(id)
      return "last"
    },
  }
}
