import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { buffer } from "node:stream/consumers"

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

/** A real HTTP endpoint that remembers what it got. */
export interface Receiver {
  url: string
  port: number
  requests: ReceivedRequest[]
  /** Changes how it answers from now on; 204 without body by default. */
  behave(behaviour: Behaviour): void
  stop(): Promise<void>
}

/** Starts a receiver on a free port of the loopback address (or on `port`). */
export async function startReceiver(options: { port?: number; path?: string } = {}): Promise<Receiver> {
  const requests: ReceivedRequest[] = []
  let behaviour: Behaviour = (_request, response) => void response.writeHead(204).end()
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
