import type { SessionLog } from "./session-log.ts"

/** What the gate needs of a `ws` socket. */
export interface FrameSocket {
  readonly readyState: number
  readonly OPEN: number
  send(data: unknown, done?: (error?: Error) => void): void
  terminate(): void
}

export interface Gate {
  /** Resolves when no frame waits any more. */
  emptied(): Promise<void>
  /** Ends the gate with its socket. */
  remove(): void
}

/** Frames that wait for a commit longer than this much hold no useful conversation any more. */
const waitingBytesMax = 64 * 1024 * 1024

/**
 * Puts a queue in front of the socket's `send`: a frame leaves when everything that was staged before it is durable.
 * So no receipt leaves before its message is stored, and no ciphertext before its keys. When the log dies the queue is
 * dropped and the socket terminated: nothing of what was not committed is ever seen by anyone.
 */
export function installGate(socket: FrameSocket, log: SessionLog): Gate {
  const send = socket.send.bind(socket)
  const queue: { data: Uint8Array; number: number }[] = []
  const idle: (() => void)[] = []
  let waitingBytes = 0

  const shut = () => {
    queue.length = 0
    socket.terminate()
    settle()
  }
  const settle = () => {
    for (const resolve of idle.splice(0)) resolve()
  }
  const drain = () => {
    for (let head = queue[0]; head !== undefined && head.number <= log.durable; head = queue[0]) {
      queue.shift()
      waitingBytes -= head.data.length
      if (socket.readyState === socket.OPEN) send(head.data)
    }
    if (queue.length > 0) log.hasten()
    else settle()
  }

  const stopListening = log.onAdvance(drain)
  const stopWatching = log.onDeath(shut)
  socket.send = (data: unknown, done?: (error?: Error) => void) => {
    if (!(data instanceof Uint8Array) || socket.readyState !== socket.OPEN) {
      return process.nextTick(() => done?.(new Error("the connection is closed")))
    }
    queue.push({ data, number: log.staged })
    waitingBytes += data.length
    if (waitingBytes > waitingBytesMax) return shut()
    // Baileys must not wait for the commit: it holds locks that the commit's content may need.
    process.nextTick(() => done?.())
    drain()
  }
  return {
    emptied: () => (queue.length === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
    remove: () => {
      stopListening()
      stopWatching()
      shut()
    },
  }
}
