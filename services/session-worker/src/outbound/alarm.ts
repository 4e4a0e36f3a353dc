/** Calls at the earliest of the times it is given; a later one does not replace an earlier. */
export interface Alarm {
  /** Milliseconds since 1970. */
  at(time: number): void
  stop(): void
}

/** Longest wait of a Node timer; whoever needs longer looks again by then anyway. */
const waitMsMax = 86_400_000

export function createAlarm(ring: () => void): Alarm {
  let timer: NodeJS.Timeout | null = null
  let next = Infinity
  const stop = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    next = Infinity
  }
  return {
    at(time) {
      if (time >= next) return
      stop()
      next = time
      timer = setTimeout(
        () => {
          stop()
          ring()
        },
        Math.min(Math.max(0, time - Date.now()), waitMsMax),
      )
    },
    stop,
  }
}
