import type { Response } from "express"
import { farewellMs } from "./event-stream.ts"
import type { Closing, Frame, Transport } from "./event-stream.ts"

/** How long a client waits before it comes back. */
const retryMs = 2_000

/** Begins an answer of Server-Sent Events. */
export function openSse(response: Response): Transport {
  const closing = new AbortController()
  response.once("close", () => closing.abort())
  // The client may have gone while its stream was prepared.
  if (response.closed) closing.abort()
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store, no-transform",
    // The end of the stream is the end of the connection: nobody waits on it for more.
    connection: "close",
    // Asks nginx not to hold events back.
    "x-accel-buffering": "no",
  })
  const write = (text: string) => {
    if (!response.writableEnded && !response.destroyed) response.write(text)
  }
  write(`retry: ${retryMs}\n\n`)
  if (response.req.method === "HEAD") response.end()
  return {
    closed: closing.signal,
    write: (frame) => write(framed(frame)),
    // An id without data moves the client's Last-Event-ID and is no event to it.
    heartbeat: (cursor) => write(`: still here\n${cursor === null ? "" : `id: ${cursor}\n`}\n`),
    waitingBytes: () => response.writableLength,
    drained: () => drained(response),
    close: (why, cursor) => {
      if (!response.writableEnded) response.end(farewell(why, cursor))
      const limit = setTimeout(() => response.destroy(), farewellMs)
      response.once("close", () => clearTimeout(limit))
    },
  }
}

function farewell(why: Closing, cursor: string | null): string {
  if (why === "done") return ""
  return framed({ event: "stream.closing", data: JSON.stringify({ reason: why, after: cursor }) })
}

/** JSON has no line breaks outside of strings, so one data line holds it. */
function framed({ cursor, event, data }: Frame): string {
  return `${cursor === undefined ? "" : `id: ${cursor}\n`}event: ${event}\ndata: ${data}\n\n`
}

function drained(response: Response): Promise<void> {
  if (!response.writableNeedDrain || response.destroyed) return Promise.resolve()
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
