import { tapFrames } from "../whatsapp/frames.ts"
import type { FrameHandlers, Stanzas } from "../whatsapp/frames.ts"
import { openSocket } from "../whatsapp/socket.ts"
import type { GatedSocket, SocketParts } from "../whatsapp/socket.ts"

export interface ConnectionHandlers extends Omit<FrameHandlers, "offlineDelivered"> {
  credsChanged(): void
  qr(code: string): void
  /** The phone accepted; WhatsApp asks for a new connection next. */
  pairing(): void
  /** Logged in. */
  opened(): void
  /** Logged in, and what waited has been delivered. */
  ready(connection: GatedSocket): void
}

/** One connection from its handshake to its end. */
export interface Connection extends GatedSocket {
  /** Resolves with the error that ended it; undefined when we ended it. */
  ended: Promise<unknown>
  /** Nothing further leaves, and the socket is cut. */
  cut(): void
}

/** A server that never says that the waiting messages are delivered must not stop us from sending. */
const offlineMarkerWaitMs = 30_000

export function connect(parts: SocketParts, stanzas: Stanzas, handlers: ConnectionHandlers): Connection {
  const gated = openSocket(parts)
  const { socket, gate } = gated
  const ended = Promise.withResolvers<unknown>()
  const readiness = createReadiness(() => handlers.ready(gated))

  tapFrames(socket, stanzas, { ...handlers, offlineDelivered: readiness.delivered })
  socket.ev.on("creds.update", handlers.credsChanged)
  socket.ev.on("connection.update", ({ connection, qr, isNewLogin, lastDisconnect }) => {
    if (qr !== undefined) handlers.qr(qr)
    if (isNewLogin === true) handlers.pairing()
    if (connection === "open") {
      handlers.opened()
      readiness.opened()
    }
    if (connection === "close") {
      readiness.cancel()
      gate.remove()
      ended.resolve(lastDisconnect?.error)
    }
  })
  return { ...gated, ended: ended.promise, cut: () => gate.remove() }
}

function createReadiness(ready: () => void) {
  let isOpen = false
  let isDelivered = false
  let timer: NodeJS.Timeout | undefined
  const check = () => {
    if (!isOpen || !isDelivered) return
    clearTimeout(timer)
    isDelivered = false
    ready()
  }
  return {
    opened: () => {
      isOpen = true
      timer = setTimeout(() => {
        isDelivered = true
        check()
      }, offlineMarkerWaitMs)
      check()
    },
    delivered: () => {
      isDelivered = true
      check()
    },
    cancel: () => clearTimeout(timer),
  }
}
