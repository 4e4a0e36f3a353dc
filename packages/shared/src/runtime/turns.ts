/** A bounded number of things at a time; whoever comes later waits, in order. */
export interface Turns {
  /** Resolves with the function that ends the turn (calling it twice does no harm); null when `signal` was aborted first. */
  take(signal?: AbortSignal): Promise<(() => void) | null>
  /** Does the work when it is its turn. */
  run: <T>(work: () => Promise<T>) => Promise<T>
}

export function createTurns(max: number): Turns {
  const waiting = new Set<() => void>()
  let taken = 0
  const begin = () => {
    taken += 1
    let isOver = false
    return () => {
      if (isOver) return
      isOver = true
      taken -= 1
      const [next] = waiting
      next?.()
    }
  }
  const take: Turns["take"] = (signal) => {
    if (signal?.aborted === true) return Promise.resolve(null)
    if (taken < max) return Promise.resolve(begin())
    return new Promise((resolve) => {
      const settle = (turn: (() => void) | null) => {
        waiting.delete(go)
        signal?.removeEventListener("abort", giveUp)
        resolve(turn)
      }
      const go = () => settle(begin())
      const giveUp = () => settle(null)
      waiting.add(go)
      signal?.addEventListener("abort", giveUp)
    })
  }
  return {
    take,
    async run(work) {
      const end = await take()
      try {
        return await work()
      } finally {
        end?.()
      }
    },
  }
}
