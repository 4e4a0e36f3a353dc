/** What a client is told: an event with its cursor, or something that has no place in the log. */
export interface Frame {
  cursor?: string
  event: string
  /** JSON. */
  data: string
}

/** Why a stream ends → the WebSocket close code that says so. */
export const closings = {
  /** It has said all there is to say. */
  done: 1000,
  /** This process stops: another one answers. */
  stopping: 1001,
  /** The event log cannot be read now. */
  log_unavailable: 1013,
  /** The log was made anew: no cursor of it is of use any more. */
  log_replaced: 4410,
  /** The key was revoked or has expired. */
  key_not_valid: 4401,
  /** The client did not take what waited for it. */
  slow: 4008,
} as const

export type Closing = keyof typeof closings

/** One way to bring frames to a client: Server-Sent Events, or a WebSocket. */
export interface Transport {
  write(frame: Frame): void
  /** Shows that the connection is alive; a client that is told a cursor may go on from it. */
  heartbeat(cursor: string | null): void
  /** What the client has not taken yet. */
  waitingBytes(): number
  /** Waits until the client has taken nearly all, or is gone. */
  drained(): Promise<void>
  /** Says why and where to go on, and ends; cuts the connection when the client does not take that in time. */
  close(why: Closing, cursor: string | null): void
  /** Aborted when the connection has ended, whoever ended it. */
  closed: AbortSignal
}

/** One open stream. */
export interface EventStream {
  /** Queues a frame. When too much waits for the client, it is told where to go on and is closed. */
  send(frame: Frame): void
  /** As `send`, and waits until the client has taken what waits: for events that are read from the log. */
  sendInTurn(frame: Frame): Promise<void>
  /** Tells the client where it begins, so that it can go on from there also before its first event. */
  startAt(cursor: string): void
  /** Says up to where the client has been served, events of others included; asked at each heartbeat. */
  trackCursor(current: () => string): void
  closed: AbortSignal
  end(why: Closing): void
}

/** How long a client may take to read what it is told last. */
export const farewellMs = 10_000
/** How long a client may take nothing at all while the log is read to it. */
const stallMs = 30_000

/** A stream over a transport; at most `waitingBytesMax` wait for its client. */
export function createEventStream(transport: Transport, waitingBytesMax: number): EventStream & { beat(): void } {
  let served: string | null = null
  let current = () => served
  let ended = false
  const end = (why: Closing, cursor = current()) => {
    if (ended) return
    ended = true
    transport.close(why, cursor)
  }
  const send = (frame: Frame) => {
    if (ended || transport.closed.aborted) return
    // Not `current()`: what does not fit here has been handed out already, and is to come again.
    if (transport.waitingBytes() + frame.data.length > waitingBytesMax) return end("slow", served)
    transport.write(frame)
    served = frame.cursor ?? served
  }
  return {
    closed: transport.closed,
    send,
    async sendInTurn(frame) {
      if (transport.waitingBytes() + frame.data.length > waitingBytesMax / 2) {
        const limit = setTimeout(() => end("slow"), stallMs)
        await transport.drained()
        clearTimeout(limit)
      }
      send(frame)
    },
    startAt: (cursor) => {
      served = cursor
      transport.heartbeat(cursor)
    },
    trackCursor: (now) => (current = now),
    beat: () => {
      if (!ended) transport.heartbeat(current())
    },
    end: (why) => end(why),
  }
}
