import { waitUntil } from "@wildcat/testkit"
import { WebSocket } from "ws"
import type { Parsed } from "./test-api.ts"

/** A WebSocket client of `/v1/events` and what it has been told. */
export interface EventClient {
  socket: WebSocket
  messages: Parsed[]
  /** Ids of the events, in the order in which they came. */
  ids(): string[]
  /** Cursor of the last event or heartbeat. */
  cursor(): string
  closed: Promise<{ code: number; reason: string }>
  close(): void
}

/** Connects; throws an Error with the status when the upgrade is refused. */
export async function connectEvents(
  url: string,
  options: { key?: string; query?: string; protocols?: string[]; say?: unknown } = {},
): Promise<EventClient> {
  const socket = new WebSocket(
    `${url.replace("http", "ws")}/v1/events${options.query ?? ""}`,
    options.protocols ?? [],
    {
      headers: options.key === undefined ? {} : { "x-api-key": options.key },
    },
  )
  const messages: Parsed[] = []
  socket.on("message", (data) => {
    if (!Buffer.isBuffer(data)) throw new Error("ws gives one Buffer per message unless told otherwise")
    messages.push(JSON.parse(data.toString()))
  })
  const { promise: closed, resolve } = Promise.withResolvers<{ code: number; reason: string }>()
  socket.once("close", (code, reason) => resolve({ code, reason: reason.toString() }))
  await new Promise<void>((open, fail) => socket.once("open", open).on("error", fail))
  if (options.say !== undefined) socket.send(JSON.stringify(options.say))
  return {
    socket,
    messages,
    ids: () => messages.flatMap(({ kind, event }) => (kind === "event" ? [event.id] : [])),
    cursor: () => messages.findLast(({ cursor }) => cursor)?.cursor,
    closed,
    close: () => socket.close(),
  }
}

/** Waits until a client that connects gets live events: the first heartbeat says so. */
export function joined(client: EventClient): Promise<unknown> {
  return waitUntil("the stream has begun", () => client.messages.some(({ kind }) => kind === "heartbeat"))
}
