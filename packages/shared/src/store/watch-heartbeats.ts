import type { MongoClient } from "mongodb"
import type { Logger } from "../runtime/index.ts"

/** Ticks are counted, not time: a process that was frozen for long has missed nothing. */
const tickMs = 1_000

/**
 * The driver looks after its server by itself, and finds it again after an outage. Seldom it does not: the look that
 * was under way when the server went never ends, and every operation fails from then on. When no look has ended for
 * `silentMs`, the client is connected anew. Returns how to stop.
 */
export function watchHeartbeats(client: MongoClient, options: { silentMs: number; log: Logger }): () => void {
  let silentTicks = 0
  let renewing = false
  const heard = () => (silentTicks = 0)
  client.on("serverHeartbeatSucceeded", heard).on("serverHeartbeatFailed", heard)

  const renew = async () => {
    renewing = true
    options.log.warn({ silentMs: options.silentMs }, "mongodb.connected_anew")
    try {
      await client.close()
      await client.connect()
    } catch (error) {
      options.log.warn({ error }, "mongodb.not_connected")
    } finally {
      heard()
      renewing = false
    }
  }
  const timer = setInterval(() => {
    silentTicks += 1
    if (silentTicks * tickMs > options.silentMs && !renewing) void renew()
  }, tickMs)
  timer.unref()
  return () => clearInterval(timer)
}
