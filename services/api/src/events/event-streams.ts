import type { Response } from "express"
import { WildcatError } from "@wildcat/shared/contracts"
import { tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { Authenticator, Caller } from "../keys/authenticator.ts"

/** One open Server-Sent Events connection. */
export interface EventStream {
  /** Queues an event. A client that does not read is disconnected when too much waits for it. */
  send(event: { id?: number; event: string; data: string }): void
  /** As `send`, and waits until the client has taken what waits: for events that are read from a log. */
  sendInTurn(event: { id?: number; event: string; data: string }): Promise<void>
  /** Aborted when the connection has ended, whoever ended it. */
  closed: AbortSignal
  end(): void
}

export interface EventStreams {
  /** Begins the answer. Throws `rate_limited` when the tenant or the process has no stream left. */
  open(response: Response, caller: Caller): EventStream
  /** Tells every client to go and ends. */
  stop(): void
}

interface Options {
  max: number
  eachMax: number
  authenticator: Authenticator
  log: Logger
}

/** A comment is sent so often: proxies keep the connection, and a key that was revoked is noticed. */
const heartbeatMs = 5_000
/** How long a client waits before it comes back. */
const retryMs = 2_000
/** What may wait for one client. */
const waitingBytesMax = 1024 * 1024

export function createEventStreams(options: Options): EventStreams {
  const open = new Map<EventStream, string>()
  const countOf = (tenant: string) => [...open.values()].filter((each) => each === tenant).length

  return {
    open(response, caller) {
      if (open.size >= options.max || countOf(caller.tenant) >= options.eachMax) {
        throw new WildcatError("rate_limited", { detail: "too many event streams are open" })
      }
      const stream = begin(response)
      if (stream.closed.aborted) return stream
      open.set(stream, caller.tenant)
      const heartbeat = setInterval(() => {
        write(response, ": still here\n\n")
        void tolerate(endUnlessValid(options.authenticator, caller, stream), "asked again soon", options.log)
      }, heartbeatMs)
      stream.closed.addEventListener("abort", () => {
        clearInterval(heartbeat)
        open.delete(stream)
      })
      return stream
    },
    stop: () => {
      for (const stream of open.keys()) stream.end()
    },
  }
}

async function endUnlessValid(authenticator: Authenticator, caller: Caller, stream: EventStream): Promise<void> {
  if (!(await authenticator.stillValid(caller))) stream.end()
}

function begin(response: Response): EventStream {
  const closing = new AbortController()
  response.once("close", () => closing.abort())
  // The client may have gone while its stream was prepared.
  if (response.closed) closing.abort()
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    // Asks nginx not to hold events back.
    "x-accel-buffering": "no",
  })
  write(response, `retry: ${retryMs}\n\n`)
  if (response.req.method === "HEAD") response.end()
  const send: EventStream["send"] = (event) => write(response, framed(event))
  return {
    closed: closing.signal,
    send,
    async sendInTurn(event) {
      send(event)
      if (response.writableNeedDrain) await drained(response)
    },
    end: () => void response.end(),
  }
}

function write(response: Response, text: string): void {
  if (response.writableEnded || response.destroyed) return
  response.write(text)
  if (response.writableLength > waitingBytesMax) response.destroy()
}

function drained(response: Response): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done)
      response.off("close", done)
      resolve()
    }
    response.once("drain", done)
    response.once("close", done)
  })
}

/** JSON has no line breaks outside of strings, so one data line holds it. */
function framed({ id, event, data }: { id?: number; event: string; data: string }): string {
  return `${id === undefined ? "" : `id: ${id}\n`}event: ${event}\ndata: ${data}\n\n`
}
