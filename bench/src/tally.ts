/** Counts distinct ids. */
export interface Tally {
  add(id: string): void
  /** Resolves when `more` ids have been added since this call; throws after 60 s. */
  grows(more: number): Promise<void>
}

export function createTally(): Tally {
  const ids = new Set<string>()
  const waiting = new Set<() => void>()
  return {
    add: (id) => {
      ids.add(id)
      for (const check of waiting) check()
    },
    grows: (more) => {
      const wanted = ids.size + more
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          clearTimeout(limit)
          waiting.delete(check)
          settle()
        }
        const check = () => ids.size >= wanted && end(resolve)
        const missing = () => new Error(`${wanted - ids.size} of ${more} messages did not arrive within 60 s`)
        const limit = setTimeout(() => end(() => reject(missing())), 60_000)
        waiting.add(check)
      })
    },
  }
}
