import { setTimeout as pause } from "node:timers/promises"

const patienceMs = 20_000
const pauseMs = 500

/**
 * Connects, and tries again for 20 s: a server that starts together with the services is waited for, however short
 * later waits are. Throws the last failure.
 */
export async function firstConnection<T>(connect: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await connect()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await pause(pauseMs)
    }
  }
}
