import { createServer } from "node:net"
import { randomInt } from "node:crypto"

/**
 * Below what the kernel hands out for outgoing connections and for `listen(0)` (32768 and up on Linux): a port from
 * there may be taken by anybody between our look and the server's listen, or while the server restarts.
 */
const [first, count] = [10_000, 20_000]

/** Each process walks on from its own random place, so that two runs at once do not try the same port. */
let last = randomInt(count)

/** A TCP port of the loopback address that nobody listens on, and that this process has not given out before. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    last = (last + 1) % count
    const port = first + last
    if (await isFree(port)) return port
  }
  throw new Error(`no free port from ${first} to ${first + count - 1}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const listens = await new Promise<boolean>((resolve) =>
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)),
  )
  if (listens) await new Promise((resolve) => server.close(resolve))
  return listens
}
