import { DeliverPolicy, NatsError } from "nats"
import type { ConsumerMessages, JsMsg } from "nats"
import { WildcatError } from "@wildcat/shared/contracts"
import { isApiError } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { pause } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"

/** An event as it stands in the log. */
export interface LoggedEvent {
  /** Position in the log of the installation. */
  sequence: number
  tenant: string
  account: string
  type: string
  /** The event's exact JSON. */
  json: string
}

/** Whose events: of a tenant, or of one of its accounts. */
export interface EventFilter {
  tenant: string
  account: string | null
}

export interface EventHub {
  /** Hands over every event from now on, in order. Returns how to end it. Throws `dependency_unavailable` without NATS. */
  follow(listener: (event: LoggedEvent) => void): Promise<() => void>
  /** What is in the log for a filter: its last position (0 when nothing is), and the first of the whole log. */
  bounds(filter: EventFilter): Promise<{ first: number; last: number; end: number }>
  /** Hands over the events after `after` up to `until`, in order, each awaited. */
  replay(
    range: EventFilter & { after: number; until: number },
    each: (event: LoggedEvent) => Promise<void>,
    stopped: AbortSignal,
  ): Promise<void>
  stop(): Promise<void>
}

const restartMs = 1_000
/** Messages that a consumer asks for ahead. */
const readAhead = 256

/** One consumer of the whole event log per process, shared by all who listen; it runs from the first listener on. */
export function createEventHub(bus: Bus, log: Logger): EventHub {
  const listeners = new Set<(event: LoggedEvent) => void>()
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  let starting: Promise<void> | null = null
  let messages: ConsumerMessages | null = null
  let next = 0

  const start = async () => {
    next = (await bus.manager.streams.info(bus.subjects.eventsStream)).state.last_seq + 1
    running = run()
  }
  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        messages = await read(bus, next, bus.subjects.allEvents)
        if (stopping.signal.aborted) await messages.close()
        for await (const message of messages) {
          next = message.seq + 1
          const event = eventOf(message)
          for (const listener of listeners) listener(event)
        }
      } catch (error) {
        log.warn({ error }, "event_hub.interrupted")
      }
      await pause(restartMs, stopping.signal)
    }
  }

  return {
    async follow(listener) {
      await available(bus, async () => {
        starting ??= start()
        await starting
      }).catch((error: unknown) => {
        starting = null
        throw error
      })
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    bounds: (filter) => available(bus, () => boundsOf(bus, filter)),
    replay: (range, each, stopped) => available(bus, () => replay(bus, range, each, stopped)),
    async stop() {
      stopping.abort()
      await messages?.close()
      await running
    },
  }
}

async function read(bus: Bus, start: number, filter: string): Promise<ConsumerMessages> {
  const consumer = await bus.jetStream.consumers.get(bus.subjects.eventsStream, {
    filterSubjects: filter,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
  })
  return consumer.consume({ max_messages: readAhead })
}

function subjectOf(bus: Bus, { tenant, account }: EventFilter): string {
  return account === null ? bus.subjects.eventsOfTenant(tenant) : bus.subjects.eventsOfAccount(tenant, account)
}

async function boundsOf(bus: Bus, filter: EventFilter): Promise<{ first: number; last: number; end: number }> {
  const { state } = await bus.manager.streams.info(bus.subjects.eventsStream)
  return { first: state.first_seq, end: state.last_seq, last: await lastOf(bus, subjectOf(bus, filter)) }
}

async function lastOf(bus: Bus, subject: string): Promise<number> {
  try {
    return (await bus.manager.streams.getMessage(bus.subjects.eventsStream, { last_by_subj: subject })).seq
  } catch (error) {
    // 10037: no message matches.
    if (isApiError(error, 10037)) return 0
    throw error
  }
}

async function replay(
  bus: Bus,
  range: EventFilter & { after: number; until: number },
  each: (event: LoggedEvent) => Promise<void>,
  stopped: AbortSignal,
): Promise<void> {
  if (range.until <= range.after || stopped.aborted) return
  const messages = await read(bus, range.after + 1, subjectOf(bus, range))
  const end = () => void messages.close()
  stopped.addEventListener("abort", end)
  try {
    for await (const message of messages) {
      await each(eventOf(message))
      if (message.seq >= range.until || stopped.aborted) break
    }
  } finally {
    stopped.removeEventListener("abort", end)
    await messages.close()
  }
}

/** `<prefix>.events.<shard>.<tenant>.<account>.<type…>` */
function eventOf(message: JsMsg): LoggedEvent {
  const [, , , tenant = "", account = "", ...type] = message.subject.split(".")
  return { sequence: message.seq, tenant, account, type: type.join("."), json: message.string() }
}

/** Without NATS, says so at once instead of waiting for a time-out. */
async function available<T>(bus: Bus, work: () => Promise<T>): Promise<T> {
  const down = (cause?: unknown) =>
    new WildcatError("dependency_unavailable", { detail: "the event log is not available", cause })
  if ((await bus.check()) !== null) throw down()
  try {
    return await work()
  } catch (error) {
    throw error instanceof NatsError ? down(error) : error
  }
}
