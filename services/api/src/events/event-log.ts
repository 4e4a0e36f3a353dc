import { DeliverPolicy, NatsError } from "nats"
import type { Consumer, ConsumerMessages, JsMsg } from "nats"
import { WildcatError } from "@wildcat/shared/contracts"
import { isApiError, pullMs } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { createTurns, tolerate } from "@wildcat/shared/runtime"

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

/** A part of the log, in order. */
export interface LogPage {
  events: LoggedEvent[]
  /** Everything up to here has been read; there may be more behind it unless `complete`. */
  through: number
  complete: boolean
}

export interface EventLog {
  /** Which log it is (the time it was made), its first position and its last. */
  bounds(): Promise<{ log: number; first: number; end: number }>
  /** Events after a position, as many as a page holds. Few pages are read at once; the others wait. */
  page(filter: EventFilter & { after: number }): Promise<LogPage>
}

/** What one page holds at most; the first bound that is met ends it. */
const pageMax = { events: 512, bytes: 1024 * 1024 }
/** Pages that one process reads at once: each needs a consumer for a moment. */
const pagesAtOnce = 8
const pageMsMax = 10_000

/** Reads the stored events. All methods throw `dependency_unavailable` at once without NATS. */
export function createEventLog(bus: Bus): EventLog {
  const turns = createTurns(pagesAtOnce)
  const bounds = async () => {
    const { state, created } = await bus.manager.streams.info(bus.subjects.eventsStream)
    return { log: Date.parse(created), first: state.first_seq, end: state.last_seq }
  }
  return {
    bounds: () => available(bus, bounds),
    page: (range) =>
      turns.run(() =>
        available(bus, async () => {
          const { end } = await bounds()
          const subject = subjectOf(bus, range)
          // Asked after `end`: nothing of the filter lies between the two.
          const last = await lastOf(bus, subject)
          if (last <= range.after) return { events: [], through: Math.max(end, range.after), complete: true }
          return readPage(bus, { subject, after: range.after, last, end })
        }),
      ),
  }
}

/** A consumer that keeps the log's order and needs no acknowledgement; `delete` it when done. */
export async function orderedConsumer(bus: Bus, range: { subject: string; start: number }): Promise<Consumer> {
  return bus.jetStream.consumers.get(bus.subjects.eventsStream, {
    filterSubjects: range.subject,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: range.start,
    inactive_threshold: 30_000,
  })
}

/** `<prefix>.events.<shard>.<tenant>.<account>.<type…>` */
export function eventOf(message: JsMsg): LoggedEvent {
  const [, , , tenant = "", account = "", ...type] = message.subject.split(".")
  return { sequence: message.seq, tenant, account, type: type.join("."), json: message.string() }
}

/** Without NATS, says so at once instead of waiting for a time-out. */
export async function available<T>(bus: Bus, work: () => Promise<T>): Promise<T> {
  if ((await bus.check()) !== null) throw unavailable()
  try {
    return await work()
  } catch (error) {
    throw error instanceof NatsError ? unavailable(error) : error
  }
}

function unavailable(cause?: unknown): WildcatError {
  return new WildcatError("dependency_unavailable", { detail: "the event log is not available", cause })
}

async function readPage(
  bus: Bus,
  range: { subject: string; after: number; last: number; end: number },
): Promise<LogPage> {
  const consumer = await orderedConsumer(bus, { subject: range.subject, start: range.after + 1 })
  const messages = await consumer.consume({ max_messages: 256, expires: pullMs })
  const limit = setTimeout(() => void messages.close(), pageMsMax)
  try {
    return await collect(messages, range)
  } finally {
    clearTimeout(limit)
    await messages.close()
    await tolerate(consumer.delete(), "the server removes it when it has been idle", bus.log)
  }
}

async function collect(messages: ConsumerMessages, range: { last: number; end: number }): Promise<LogPage> {
  const events: LoggedEvent[] = []
  let bytes = 0
  for await (const message of messages) {
    events.push(eventOf(message))
    bytes += message.data.byteLength
    if (message.seq >= range.last) {
      return { events, through: Math.max(range.end, message.seq), complete: true }
    }
    if (events.length >= pageMax.events || bytes >= pageMax.bytes) {
      return { events, through: message.seq, complete: false }
    }
  }
  // Cut off in between: what was read is right, and the next page begins behind it.
  const through = events.at(-1)?.sequence
  if (through === undefined) throw unavailable()
  return { events, through, complete: false }
}

function subjectOf(bus: Bus, { tenant, account }: EventFilter): string {
  return account === null ? bus.subjects.eventsOfTenant(tenant) : bus.subjects.eventsOfAccount(tenant, account)
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
