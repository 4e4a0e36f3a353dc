import { parse } from "node:querystring"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { WebSocketServer } from "ws"
import type { WebSocket } from "ws"
import { WildcatError, errorCodes, newId, problemOf } from "@wildcat/shared/contracts"
import { openWebSocket } from "../events/web-socket-transport.ts"
import type { Caller } from "../keys/authenticator.ts"
import { eventQuery, typesOf } from "../resources/events/event-query.ts"
import { tenantAccess } from "../tenant/tenant-access.ts"
import type { Parts } from "../tenant/parts.ts"
import { asWildcatError } from "./answer-problems.ts"
import { admitKey, keyOf } from "./credentials.ts"
import { firstMessage } from "./first-message.ts"
import { parseQuery } from "./parse-input.ts"
import { keyOfProtocols, protocolName } from "./socket-protocols.ts"

export interface EventSockets {
  upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Ends those that have not said who they are; the others are streams and end as such. */
  stop(): void
}

const path = "/v1/events"
const admission = { scopes: ["events", "read"] } as const
/** A client says at most its key. */
const messageBytesMax = 4 * 1024

/**
 * `GET /v1/events` as a WebSocket: the same query, the same events. The key comes in a header, as a second protocol
 * `key.<API key>` (browsers), or in the first message `{"key": …}`; never in the URL.
 */
export function createEventSockets({ parts, max }: { parts: Parts; max: number }): EventSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: messageBytesMax,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocolName) ? protocolName : false),
  })
  const unknown = new Set<WebSocket>()
  const upgrade: EventSockets["upgrade"] = (request, socket, head) => {
    // A connection that breaks ends by itself; without a listener it would end the process.
    socket.on("error", () => socket.destroy())
    void accept(request)
      .then((serve) => {
        if (socket.destroyed) return
        server.handleUpgrade(request, socket, head, (client) => void serve(client))
      })
      .catch((error: unknown) => refuse(socket, error, parts))
  }

  /** What can be refused before the upgrade is refused as a problem of HTTP. */
  const accept = async (request: IncomingMessage): Promise<(client: WebSocket) => Promise<void>> => {
    const query = queryOf(request)
    const offered = keyOfProtocols(request.headers["sec-websocket-protocol"])
    const key = keyOf(request.headers) ?? offered
    if (key === null && unknown.size >= max) throw new WildcatError("rate_limited")
    const known = key === null ? null : await prepare(await admitted(key), query)
    return async (client) => {
      client.on("error", () => client.terminate())
      try {
        await (known ?? (await introduce(client, query)))(client)
      } catch (error) {
        tellAndClose(client, error, parts)
      }
    }
  }

  const admitted = async (key: string | null): Promise<Caller> => {
    const caller = await admitKey(key, admission, parts.authenticator)
    await parts.limiter.requests.take(caller.key)
    return caller
  }

  const introduce = async (client: WebSocket, query: ReturnType<typeof queryOf>) => {
    unknown.add(client)
    try {
      return await prepare(await admitted(await firstMessage(client)), query)
    } finally {
      unknown.delete(client)
    }
  }

  const prepare = async (caller: Caller, query: ReturnType<typeof queryOf>) => {
    const tenant = tenantAccess(parts, caller)
    const account = query.account === undefined ? null : await tenant.accounts.get(query.account, "query.account")
    const from = await tenant.events.placeOf({ after: query.after ?? "latest", field: "query.after" })
    const request = { account: account?._id ?? null, types: query.types, from }
    return async (client: WebSocket) => {
      parts.log.info({ tenant: caller.tenant, keyId: caller.key }, "event_socket.opened")
      await tenant.events.follow(request, () => openWebSocket(client))
    }
  }

  return {
    upgrade,
    stop: () => {
      for (const client of unknown) client.close(1001, "stopping")
    },
  }
}

/** Throws the problem that the same query meets in HTTP. */
function queryOf(request: IncomingMessage) {
  const [target = "", search = ""] = (request.url ?? "").split("?", 2)
  if (target !== path) throw new WildcatError("not_found", { detail: "there is no such WebSocket", field: "path" })
  const { types, ...query } = parseQuery(eventQuery, { ...parse(search) })
  return { ...query, types: typesOf(types) }
}

function refuse(socket: Duplex, thrown: unknown, parts: Parts): void {
  const { problem, status, text, retryAfterSeconds } = problemFor(thrown, parts)
  const head = [
    `HTTP/1.1 ${status} ${problem.title}`,
    "content-type: application/problem+json",
    `content-length: ${Buffer.byteLength(text)}`,
    "cache-control: no-store",
    ...(status === 401 ? ['www-authenticate: Bearer realm="wildcat"'] : []),
    ...(status === 429 || status === 503 ? [`retry-after: ${retryAfterSeconds}`] : []),
    "connection: close",
  ]
  socket.end(`${head.join("\r\n")}\r\n\r\n${text}`)
}

/** After the upgrade a problem is a message, and the close code is 4000 and its status. */
function tellAndClose(client: WebSocket, thrown: unknown, parts: Parts): void {
  const { problem, status, text } = problemFor(thrown, parts)
  if (client.readyState !== client.OPEN) return
  client.send(`{"kind":"problem","problem":${text}}`)
  client.close(4000 + status, problem.code)
}

function problemFor(thrown: unknown, parts: Parts) {
  const error = asWildcatError(thrown)
  const requestId = newId("request")
  if (error.code === "internal" || error.code === "dependency_unavailable") {
    parts.log.error({ error: thrown, requestId }, "event_socket.failed")
  }
  const problem = problemOf(error, requestId)
  const { retryAfterSeconds = 2 } = error
  return { problem, status: errorCodes[error.code].status, text: JSON.stringify(problem), retryAfterSeconds }
}
