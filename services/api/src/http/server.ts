import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
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
const idleLookMs = 50

/** Serves the app. Throws when the port is taken. */
export async function startServer(options: {
  app: Express
  host: string
  port: number
  log: Logger
}): Promise<HttpServer> {
  const server = createServer(timeouts, options.app)
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(options.port, options.host, resolve))
  // A server that listens on TCP has an AddressInfo.
  const { port } = server.address() as AddressInfo
  options.log.info({ port }, "http.listening")
  return {
    port,
    close: () =>
      new Promise<void>((resolve) => {
        const limit = setTimeout(() => server.closeAllConnections(), stopMs)
        // A connection that finishes its request would otherwise be kept for the next one.
        const idle = setInterval(() => server.closeIdleConnections(), idleLookMs)
        server.close(() => {
          clearTimeout(limit)
          clearInterval(idle)
          resolve()
        })
      }),
  }
}
