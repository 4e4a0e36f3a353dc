/**
 * Tells when a connection is open but deaf: nothing comes although we ask for signs of life, or signs of life come and
 * what we send is never answered. Baileys itself only sees the first, and late.
 */
export interface Hearing {
  /** Something came. */
  heard(): void
  stop(): void
}

/** Keep-alives whose answers may be missing. */
const silentKeepAlives = 2.5

export function watchHearing(options: {
  keepAliveMs: number
  /** How long the server may take to answer for a message. */
  answerMsMax: number
  /** When the oldest message was sent that has no answer, by `performance.now()`; null when all have. */
  unansweredSince(): number | null
  deaf(): void
}): Hearing {
  const { keepAliveMs, answerMsMax, unansweredSince } = options
  let heardAt = performance.now()
  const isDeaf = () => {
    const now = performance.now()
    return now - heardAt > keepAliveMs * silentKeepAlives || now - (unansweredSince() ?? now) > answerMsMax
  }
  const look = () => {
    if (isDeaf()) options.deaf()
  }
  const timer = setInterval(look, Math.max(keepAliveMs / 2, 100))
  return {
    heard: () => (heardAt = performance.now()),
    stop: () => clearInterval(timer),
  }
}
