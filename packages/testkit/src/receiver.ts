import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"
import { waitUntil } from "./processes/wait-until.ts"

/** A request that the receiver got. */
export interface ReceivedRequest {
  method: string
  path: string
  headers: Record<string, string>
  body: Buffer
  at: Date
}

/** Answers a request in any way a real endpoint can, also badly. */
export type Behaviour = (
  request: ReceivedRequest,
  response: ServerResponse,
  raw: IncomingMessage,
) => void | Promise<void>

/** Ready-made ways to answer. */
export const behaviours = {
  status:
    (status: number, headers: Record<string, string> = {}): Behaviour =>
    (_request, response) =>
      void response.writeHead(status, headers).end(),
  /** 204, `delayMs` later. */
  delay:
    (delayMs: number): Behaviour =>
    (_request, response) =>
      void setTimeout(() => response.writeHead(204).end(), delayMs).unref(),
  /** Never answers. */
  hang: (): Behaviour => () => undefined,
  /** Cuts the connection without an answer. */
  reset: (): Behaviour => (_request, _response, raw) => void raw.socket.resetAndDestroy(),
  /** One behaviour per request, in order; the last one stays. */
  inOrder: (...turns: [Behaviour, ...Behaviour[]]): Behaviour => {
    let [current] = turns
    return (...request) => {
      current = turns.shift() ?? current
      return current(...request)
    }
  },
} satisfies Record<string, (...options: never[]) => Behaviour>

/** A real HTTP endpoint that remembers what it got. */
export interface Receiver {
  url: string
  port: number
  requests: ReceivedRequest[]
  /** Changes how it answers from now on; 204 without body by default. */
  behave(behaviour: Behaviour): void
  /** The first request, of those got and still to come, that fits. Throws after `timeoutMs` (default 60 s). */
  waitFor(fits: (request: ReceivedRequest) => boolean, options?: { timeoutMs?: number }): Promise<ReceivedRequest>
  stop(): Promise<void>
}

/** Starts a receiver on a free port of the loopback address (or on `port`). */
export async function startReceiver(options: { port?: number; path?: string } = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  let behaviour = behaviours.status(204)
  const server = createServer((incoming, response) => {
    void record(incoming).then(
      (request) => {
        requests.push(request)
        return behaviour(request, response, incoming)
      },
      () => response.destroy(), // the sender went away while it sent
    )
  })
  await new Promise<void>((resolve, reject) =>
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve),
  )
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}${options.path ?? "/hook"}`,
    port,
    requests,
    behave: (next) => {
      behaviour = next
    },
    waitFor: (fits, waiting) => waitUntil("a request that fits", () => requests.find(fits), waiting),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function record(incoming: IncomingMessage): Promise<ReceivedRequest> {
  const headers = Object.entries(incoming.headers).map(([name, value]) => [name, [value].flat().join(", ")] as const)
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    headers: Object.fromEntries(headers),
    body: await buffer(incoming),
    at: new Date(),
  }
}
