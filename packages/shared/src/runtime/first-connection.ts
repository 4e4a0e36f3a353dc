import { setTimeout as pause } from "node:timers/promises"
import { jittered } from "./backoff.ts"
import type { Logger } from "./log.ts"

const pausesMs = [500, 1_000, 2_000, 5_000]
/** A wait is told at its beginning and then this often, not with every try. */
const tellEveryMs = 10_000

/**
 * Begins something that needs a server, and tries again for as long as it takes: a service that starts before its
 * servers waits for them, is not ready meanwhile and says what it waits for. `what` names it in the log.
 */
export async function firstConnection<T>(what: string, log: Logger, connect: () => Promise<T>): Promise<T> {
  const began = performance.now()
  let toldAt = -Infinity
  for (let tries = 1; ; tries += 1) {
    try {
      const connected = await connect()
      if (tries > 1) log.info({ what, tries, waitedMs: Math.round(performance.now() - began) }, "dependency.there")
      return connected
    } catch (error) {
      if (performance.now() - toldAt > tellEveryMs) {
        log.warn({ error, what, tries }, "dependency.awaited")
        toldAt = performance.now()
      }
      await pause(jittered(pausesMs, tries))
    }
  }
}
