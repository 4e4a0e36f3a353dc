import type { Server } from "node:net"

/** Where a server listens, and the name it is reached by. */
export type Listening = { host: string; publicHost: string; port: number }

/** The port a server listens on. @throws Error when it does not listen on TCP. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("the server does not listen on a port")
  return address.port
}
