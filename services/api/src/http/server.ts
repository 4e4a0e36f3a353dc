import { createServer } from "node:http"
import type { IncomingMessage, Server } from "node:http"
import type { AddressInfo, Socket } from "node:net"
import type { Duplex } from "node:stream"
import type { Express } from "express"
import type { Logger } from "@wildcat/shared/runtime"

export interface HttpServer {
  port: number
  /** Takes no new connection and lets requests under way finish, at most for `stopMs`. */
  close(): Promise<void>
}

/** Every wait has an end: a client that dawdles is cut off. */
const timeouts = {
  headersTimeout: 10_000,
  /** For the whole request, body included: 100 MiB over a slow line. */
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
}

const stopMs = 18_000

/** Serves the app. Throws when the port is taken. */
export async function startServer(options: {
  app: Express
  /** Takes over connections that are to become WebSockets. */
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  host: string
  port: number
  log: Logger
}): Promise<HttpServer> {
  const server = createServer(timeouts, options.app)
  const connections = trackConnections(server)
  server.on("upgrade", options.upgrade)
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(options.port, options.host, resolve))
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo
  options.log.info({ port }, "http.listening")
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        const limit = setTimeout(() => server.closeAllConnections(), stopMs)
        server.close(() => {
          clearTimeout(limit)
          resolve()
        })
        connections.closeWhenIdle()
      }),
  }
}

/**
 * Knows which connections carry a request. Node's own closing of idle connections leaves those open on which no request was
 * ever begun, and those that finish theirs later.
 */
function trackConnections(server: Server): { closeWhenIdle(): void } {
  const requests = new Map<Socket, number>()
  let closing = false
  const add = (socket: Socket, change: number) => {
    const count = (requests.get(socket) ?? 0) + change
    requests.set(socket, count)
    if (closing && count <= 0) socket.end()
  }
  server.on("connection", (socket: Socket) => {
    add(socket, 0)
    socket.once("close", () => requests.delete(socket))
  })
  server.on("request", ({ socket }, response) => {
    add(socket, 1)
    response.once("close", () => requests.has(socket) && add(socket, -1))
  })
  // From here on it is no connection of HTTP; whoever took it over ends it.
  server.on("upgrade", ({ socket }) => requests.delete(socket))
  return {
    closeWhenIdle() {
      closing = true
      for (const socket of requests.keys()) add(socket, 0)
    },
  }
}
