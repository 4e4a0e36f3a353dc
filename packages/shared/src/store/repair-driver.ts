import { createRequire } from "node:module"
import type { EventEmitter } from "node:events"

/** What of the driver's connection is used here; it is not part of its declarations. */
interface DriverConnection extends EventEmitter {
  /** Why it was given up; null while it lives. */
  error: Error | null
  command(...command: unknown[]): Promise<unknown>
}

let isRepaired = false

/**
 * Repairs a fault of the MongoDB driver (7.8 and 7.9), for the whole process: a command waits for its socket to drain when
 * it does not fit in the buffer, or when the socket is destroyed already. When its connection is given up (the server does not
 * answer in time, or is gone), nobody tells it, and it waits for ever, whatever time-outs are set. Here a command
 * ends with its connection at the latest. Tests show the fault.
 */
export function repairDriver(): void {
  if (isRepaired) return
  isRepaired = true
  // The driver that mongoose brings; the class is not exported, and a test sees to it that it is there.
  const ofMongoose = createRequire(createRequire(import.meta.url).resolve("mongoose"))
  const { Connection } = ofMongoose("mongodb/lib/cmap/connection.js") as { Connection: { prototype: DriverConnection } }
  const command = Connection.prototype.command
  Connection.prototype.command = async function (...given) {
    const { promise: end, reject } = Promise.withResolvers<never>()
    const closed = () => reject(this.error ?? new Error("the connection to MongoDB was closed"))
    this.once("close", closed)
    try {
      return await Promise.race([command.apply(this, given), end])
    } finally {
      this.off("close", closed)
    }
  }
}
