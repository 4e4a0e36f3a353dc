/** Which workers live, by our own monotonic clock. */
export interface Liveness {
  /** True when nothing was heard of it for the limit. One that was never heard counts from our own start. */
  isSilent(worker: string): boolean
  /** Workers that were heard within the limit. */
  alive(): string[]
}

export interface LivenessWatch extends Liveness {
  heard(worker: string): void
  /** It has left in order: nobody needs to wait for its silence. */
  gone(worker: string): void
}

export function createLiveness(limitMs: number, now: () => number = () => performance.now()): LivenessWatch {
  const startedAt = now()
  const heardAt = new Map<string, number>()
  const isSilent = (worker: string) => now() - (heardAt.get(worker) ?? startedAt) > limitMs
  return {
    isSilent,
    alive: () => [...heardAt.keys()].filter((worker) => !isSilent(worker)),
    heard: (worker) => void heardAt.set(worker, now()),
    gone: (worker) => void heardAt.set(worker, -Infinity),
  }
}
