import { createRequire } from "node:module"
import type { Socket } from "node:net"

/** What of the driver's connection is used here; it is not part of its declarations. */
interface DriverConnection {
  socket: Socket
  closed: boolean
  cleanup(error: Error): void
}

let isRepaired = false

/**
 * Repairs a fault of the MongoDB driver (7.8 and 7.9), for the whole process: an operation whose command does not fit in
 * the socket's buffer waits for it to drain. When the connection is given up meanwhile (the server does not answer in
 * time, or is gone), the socket is destroyed without an error, and the operation waits for ever, whatever time-outs are set.
 * The same happens to one that is written to a socket which is destroyed, but has not said so yet: Node answers that it
 * must wait. Here both learn of it. A test shows the fault.
 */
export function repairDriver(): void {
  if (isRepaired) return
  isRepaired = true
  // The driver that mongoose brings; the class is not exported, and a test sees to it that it is there.
  const ofMongoose = createRequire(createRequire(import.meta.url).resolve("mongoose"))
  const { Connection } = ofMongoose("mongodb/lib/cmap/connection.js") as { Connection: { prototype: DriverConnection } }
  const cleanup = Connection.prototype.cleanup
  Connection.prototype.cleanup = function (error) {
    const wasClosed = this.closed
    cleanup.call(this, error)
    // The connection listens to its socket's errors itself; since it is closed now, that changes nothing.
    if (!wasClosed) this.socket.emit("error", error)
  }
}
