import type { Logger } from "./log.ts"

export interface Repetition {
  /** Starts no further round and waits for the one under way. */
  stop(): Promise<void>
}

/** Does something at once and again after each pause of `pauseMs`; a round that fails is logged and the next one tries again. */
export function repeat(options: {
  name: string
  pauseMs: number
  work: (stopped: AbortSignal) => Promise<void>
  log: Logger
}): Repetition {
  const stopping = new AbortController()
  const rounds = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await options.work(stopping.signal)
      } catch (error) {
        options.log.error({ error, name: options.name }, "repetition.failed")
      }
      await pause(options.pauseMs, stopping.signal)
    }
  })()
  return {
    stop: async () => {
      stopping.abort()
      await rounds
    },
  }
}

/** Waits for a time, or until the signal is aborted; never throws. */
export function pause(ms: number, until: AbortSignal): Promise<void> {
  if (until.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      until.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    until.addEventListener("abort", end)
  })
}
