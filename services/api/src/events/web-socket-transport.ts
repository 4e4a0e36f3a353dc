import type { WebSocket } from "ws"
import { closings, farewellMs } from "./event-stream.ts"
import type { Transport } from "./event-stream.ts"

/** Below this, a client is taken to have read what was sent to it. */
const lowBytes = 16 * 1024

/** Sends frames as text messages: `{kind: "event", cursor, event}`, `heartbeat`, `closing`. */
export function openWebSocket(socket: WebSocket): Transport {
  const closing = new AbortController()
  let answered = true
  let taken: Promise<void> = Promise.resolve()
  socket.once("close", () => closing.abort())
  socket.on("pong", () => (answered = true))
  if (socket.readyState !== socket.OPEN) closing.abort()
  const write = (text: string) => {
    if (socket.readyState !== socket.OPEN) return
    // Called when the system has it, or with the error that ends the connection.
    taken = new Promise((resolve) => socket.send(text, () => resolve()))
  }
  return {
    closed: closing.signal,
    write: ({ cursor, data }) => write(`{"kind":"event","cursor":${JSON.stringify(cursor ?? null)},"event":${data}}`),
    heartbeat(cursor) {
      // Two heartbeats without a sign of life: the other end is gone, whatever TCP believes.
      if (!answered && socket.bufferedAmount === 0) return socket.terminate()
      answered = false
      if (socket.readyState === socket.OPEN) socket.ping()
      write(JSON.stringify({ kind: "heartbeat", cursor }))
    },
    waitingBytes: () => socket.bufferedAmount,
    drained: async () => {
      if (socket.bufferedAmount > lowBytes) await taken
    },
    close(why, cursor) {
      write(JSON.stringify({ kind: "closing", reason: why, after: cursor }))
      socket.close(closings[why], why)
      const limit = setTimeout(() => socket.terminate(), farewellMs)
      socket.once("close", () => clearTimeout(limit))
    },
  }
}
