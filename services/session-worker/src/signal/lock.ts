/** Runs work one after the other, in the order it came. */
export interface Lock {
  run<T>(work: () => Promise<T>): Promise<T>
}

export function createLock(): Lock {
  let tail: Promise<unknown> = Promise.resolve()
  return {
    run(work) {
      const result = tail.then(work)
      tail = result.catch(() => undefined)
      return result
    },
  }
}

/** A lock per key; a key that nobody uses costs nothing. */
export function createKeyedLock(): { run<T>(key: string, work: () => Promise<T>): Promise<T> } {
  const locks = new Map<string, { lock: Lock; users: number }>()
  return {
    async run(key, work) {
      const entry = locks.get(key) ?? { lock: createLock(), users: 0 }
      locks.set(key, entry)
      entry.users += 1
      try {
        return await entry.lock.run(work)
      } finally {
        entry.users -= 1
        if (entry.users === 0) locks.delete(key)
      }
    },
  }
}
