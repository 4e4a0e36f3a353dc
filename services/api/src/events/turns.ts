export interface Turns {
  /** Does the work when it is its turn. */
  take<T>(work: () => Promise<T>): Promise<T>
}

/** Lets `atOnce` pieces of work run at the same time; the others wait in the order they came. */
export function createTurns(atOnce: number): Turns {
  const waiting: (() => void)[] = []
  let running = 0
  return {
    async take(work) {
      if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
      else running += 1
      try {
        return await work()
      } finally {
        // A turn is handed on, so nobody who comes in between can take it.
        const next = waiting.shift()
        if (next) next()
        else running -= 1
      }
    },
  }
}
