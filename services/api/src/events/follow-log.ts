import { WildcatError } from "@wildcat/shared/contracts"
import { encodeEventCursor } from "./event-cursor.ts"
import type { LogPlace } from "./event-cursor.ts"
import type { EventHub } from "./event-hub.ts"
import type { EventFilter, EventLog, LoggedEvent } from "./event-log.ts"
import type { EventStream } from "./event-stream.ts"

interface Following {
  hub: EventHub
  eventLog: EventLog
  stream: EventStream
  filter: EventFilter
  /** Position after which to begin. */
  from: LogPlace
  wanted(event: LoggedEvent): boolean
}

/**
 * Gives a client the events after a place, each once and in order, until it goes: out of the log while it is far behind,
 * then what this process still holds, then as they come. Nothing is kept for a client besides what waits in its connection.
 */
export async function followLog(following: Following): Promise<void> {
  const { hub, stream, filter, from, wanted } = following
  const cursorAt = (sequence: number) => encodeEventCursor({ log: from.log, sequence })
  stream.startAt(cursorAt(from.sequence))
  const joined: { leave?: () => void } = {}
  // At once, with nothing in between: what is handed out from here on arrives, and everything before it was sent.
  const join = (at: number) => {
    joined.leave = hub.follow(filter.tenant, {
      event: (event) => {
        if (event.sequence > at && wanted(event)) stream.send(frameOf(event, cursorAt))
      },
      lost: () => stream.end("log_replaced"),
    })
    stream.trackCursor(() => cursorAt(Math.max(at, hub.position())))
  }
  try {
    await catchUp(following, (event) => stream.sendInTurn(frameOf(event, cursorAt)), join)
    await ended(stream)
  } finally {
    joined.leave?.()
  }
}

/** Sends what is wanted after `from`, and calls `join` with the position at which the hub goes on, unless the client has gone. */
async function catchUp(
  { hub, eventLog, stream, filter, from, wanted }: Following,
  send: (event: LoggedEvent) => Promise<void>,
  join: (at: number) => void,
): Promise<void> {
  let at = from.sequence
  while (!stream.closed.aborted) {
    const recent = hub.recent(at, filter.tenant)
    if (recent?.length === 0) return join(at)
    const page = recent ? { events: recent, through: 0 } : await pageOrEnd(eventLog, stream, { ...filter, after: at })
    if (page === null) return
    for (const event of page.events) {
      if (stream.closed.aborted) return
      if (wanted(event)) await send(event)
      at = event.sequence
    }
    at = Math.max(at, page.through)
  }
}

/** The answer has begun: without the log it can only be ended, and resumed by the client. */
async function pageOrEnd(eventLog: EventLog, stream: EventStream, range: EventFilter & { after: number }) {
  try {
    return await eventLog.page(range)
  } catch (error) {
    if (!(error instanceof WildcatError)) throw error
    stream.end("log_unavailable")
    return null
  }
}

function frameOf(event: LoggedEvent, cursorAt: (sequence: number) => string) {
  return { cursor: cursorAt(event.sequence), event: event.type, data: event.json }
}

function ended(stream: EventStream): Promise<void> {
  if (stream.closed.aborted) return Promise.resolve()
  return new Promise((resolve) => stream.closed.addEventListener("abort", () => resolve()))
}
