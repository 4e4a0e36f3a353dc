/** Lets only so many pieces of work run at a time; the others wait for their turn. */
export function createTurns(max: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (running >= max) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // Whoever waits takes over the place; nobody else can slip in between.
      if (next) next()
      else running -= 1
    }
  }
}
