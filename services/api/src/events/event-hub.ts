import type { Consumer, ConsumerMessages } from "nats"
import { pullMs } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { pause, tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import { available, eventOf, orderedConsumer } from "./event-log.ts"
import type { EventLog, LoggedEvent } from "./event-log.ts"
import { createRecentEvents } from "./recent-events.ts"
import type { RecentEvents } from "./recent-events.ts"

export interface Listener {
  event(event: LoggedEvent): void
  /** The log was made anew: no position of it means anything any more. */
  lost(): void
}

export interface EventHub {
  /** Begins to follow the log unless it does. Throws `dependency_unavailable` without NATS. */
  start(): Promise<void>
  /** Position of the last event that was handed to the listeners; 0 before the start. */
  position(): number
  /** What was handed to them after a position; null when it is no longer all here. */
  recent(after: number, tenant: string): LoggedEvent[] | null
  /** Hands over every event of a tenant from now on, in order. Returns how to end it. */
  follow(tenant: string, listener: Listener): () => void
  stop(): Promise<void>
}

const restartMs = 1_000
/** Messages that the consumer asks for ahead. */
const readAhead = 256

/** One consumer of the whole event log per process, shared by all who listen; it runs from the first listener on. */
export function createEventHub(bus: Bus, eventLog: EventLog, log: Logger): EventHub {
  const listeners = new Map<string, Set<Listener>>()
  const stopping = new AbortController()
  let recent: RecentEvents | null = null
  let running: Promise<void> | null = null
  let starting: Promise<void> | null = null
  let reading: { consumer: Consumer; messages: ConsumerMessages } | null = null
  let which = 0

  const begin = async () => {
    const { log: made, end } = await eventLog.bounds()
    which = made
    recent = createRecentEvents(end)
    running = run()
  }

  const hand = (event: LoggedEvent) => {
    recent?.add(event)
    for (const listener of listeners.get(event.tenant) ?? []) listener.event(event)
  }

  const beginAnew = (made: number) => {
    log.error({}, "event_hub.log_replaced")
    which = made
    recent = createRecentEvents(0)
    for (const listener of [...listeners.values()].flatMap((each) => [...each])) listener.lost()
  }

  const read = async () => {
    const { log: made } = await eventLog.bounds()
    if (made !== which) beginAnew(made)
    const consumer = await orderedConsumer(bus, {
      subject: bus.subjects.allEvents,
      start: (recent?.position() ?? 0) + 1,
    })
    const messages = await consumer.consume({ max_messages: readAhead, expires: pullMs })
    reading = { consumer, messages }
    if (stopping.signal.aborted) await messages.close()
    for await (const message of messages) hand(eventOf(message))
  }

  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        await read()
      } catch (error) {
        log.warn({ error }, "event_hub.interrupted")
      }
      await pause(restartMs, stopping.signal)
    }
  }

  return {
    async start() {
      await available(bus, async () => {
        starting ??= begin()
        await starting
      }).catch((error: unknown) => {
        if (running === null) starting = null
        throw error
      })
    },
    position: () => recent?.position() ?? 0,
    recent: (after, tenant) => recent?.after(after, tenant) ?? null,
    follow(tenant, listener) {
      const ofTenant = listeners.get(tenant) ?? new Set()
      listeners.set(tenant, ofTenant.add(listener))
      return () => {
        ofTenant.delete(listener)
        if (ofTenant.size === 0 && listeners.get(tenant) === ofTenant) listeners.delete(tenant)
      }
    },
    async stop() {
      stopping.abort()
      await reading?.messages.close()
      await running
      if (reading && (await bus.check()) === null) {
        await tolerate(reading.consumer.delete(), "the server removes it when it has been idle", log)
      }
    },
  }
}
