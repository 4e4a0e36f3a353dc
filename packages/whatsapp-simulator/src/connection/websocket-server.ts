import { once } from "node:events"
import { createServer, type Server } from "node:http"
import { WebSocketServer } from "ws"
import { Curve } from "@whiskeysockets/baileys"
import { createServerIdentity, type ServerIdentity } from "../noise/certificate.ts"
import { type Listening, portOf } from "../ports.ts"
import { ClientConnection } from "./client-connection.ts"
import { admit } from "./login.ts"
import type { ServerParts } from "./server-parts.ts"
import { handleStanza } from "./stanza-handlers.ts"

const path = "/ws/chat"
const maxPayload = 16 * 1024 * 1024

/** The WebSocket server clients connect to. */
export class ChatServer {
  private readonly parts: ServerParts
  private readonly identity: ServerIdentity
  /** A chain nobody trusts, for the fault. */
  private readonly strange = createServerIdentity(Curve.generateKeyPair())
  private readonly http: Server = createServer((_, response) => response.writeHead(426).end())
  private readonly sockets = new WebSocketServer({ server: this.http, path, perMessageDeflate: false, maxPayload })

  constructor(parts: ServerParts, identity: ServerIdentity) {
    this.parts = parts
    this.identity = identity
    this.sockets.on("connection", (socket) => {
      parts.counters.connections += 1
      const isStrange = parts.faults.take("wrong-certificate") !== undefined
      const connection = new ClientConnection({
        socket,
        identity: isStrange ? this.strange : this.identity,
        events: {
          onHandshake: (connection, handshake) => admit(this.parts, connection, handshake),
          onStanza: (connection, stanza) => handleStanza(this.parts, connection, stanza),
          onClose: (connection) => this.closed(connection),
        },
      })
      parts.connections.opened(connection)
    })
  }

  /** Resolves with the URL once the server listens. */
  async start({ host, publicHost, port }: Listening): Promise<string> {
    this.http.listen(port, host)
    await once(this.http, "listening")
    return `ws://${publicHost}:${portOf(this.http)}${path}`
  }

  async stop(): Promise<void> {
    for (const connection of this.parts.connections.all()) {
      connection.acks.stop()
      connection.drop()
    }
    this.sockets.close()
    this.http.closeAllConnections()
    await new Promise<void>((resolve) => this.http.close(() => resolve()))
  }

  private closed(connection: ClientConnection): void {
    const device = this.parts.connections.deviceOf(connection)
    if (device) this.parts.presences.forget(device)
    this.parts.pairings.closed(connection)
    this.parts.connections.closed(connection)
  }
}
