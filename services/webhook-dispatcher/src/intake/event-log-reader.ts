import { DeliverPolicy } from "nats"
import type { ConsumerMessages, JsMsg } from "nats"
import { pullMs } from "@wildcat/shared/bus"
import type { Bus, Delivered } from "@wildcat/shared/bus"
import { pause } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"

const restartMs = 1_000

export interface EventLogReader {
  /** Reads nothing more and waits for the batch being handled. */
  stop(): Promise<void>
}

/**
 * Hands over the events of the stream after a position, in order, in batches: what is there, up to `batchMax`. A batch is
 * repeated until it was handled. Nothing is acknowledged: whoever handles the batches keeps the position.
 */
export function readEventLog(options: {
  bus: Bus
  after: number
  batchMax: number
  handle(batch: readonly Delivered[]): Promise<void>
  log: Logger
}): EventLogReader {
  const { bus, log } = options
  const stopping = new AbortController()
  let position = options.after
  let messages: ConsumerMessages | null = null

  const handleAll = async (batch: readonly JsMsg[]) => {
    while (batch.length > 0 && !stopping.signal.aborted) {
      try {
        await options.handle(batch.map(deliveredOf))
        position = batch.at(-1)?.seq ?? position
        return
      } catch (error) {
        log.error({ error }, "events.batch_failed")
        await pause(restartMs, stopping.signal)
      }
    }
  }
  const read = async () => {
    position = await checked(bus, position, log)
    messages = await open(bus, position + 1, options.batchMax)
    if (stopping.signal.aborted) await messages.close()
    let waiting: JsMsg[] = []
    let flushing: Promise<void> | null = null
    const flush = async () => {
      while (waiting.length > 0 && !stopping.signal.aborted) {
        const batch = waiting.slice(0, options.batchMax)
        waiting = waiting.slice(batch.length)
        await handleAll(batch)
      }
      flushing = null
    }
    for await (const message of messages) {
      waiting.push(message)
      flushing ??= new Promise((resolve) => setImmediate(resolve)).then(flush)
      if (waiting.length >= options.batchMax) await flushing
    }
    await flushing
  }
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await read()
      } catch (error) {
        log.warn({ error }, "events.reading_interrupted")
      }
      await pause(restartMs, stopping.signal)
    }
  })()
  return {
    async stop() {
      stopping.abort()
      await messages?.close()
      await running
    },
  }
}

async function open(bus: Bus, start: number, ahead: number): Promise<ConsumerMessages> {
  const consumer = await bus.jetStream.consumers.get(bus.subjects.eventsStream, {
    filterSubjects: bus.subjects.allEvents,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: start,
  })
  return consumer.consume({ max_messages: ahead, expires: pullMs })
}

/** A stream that ends before our position is not the one that we read: it was made anew, and is read from its start. */
async function checked(bus: Bus, position: number, log: Logger): Promise<number> {
  const { state } = await bus.manager.streams.info(bus.subjects.eventsStream)
  if (state.last_seq >= position) return position
  log.error({ position, last: state.last_seq }, "events.stream_was_replaced")
  return 0
}

function deliveredOf(message: JsMsg): Delivered {
  return { payload: parsed(message), subject: message.subject, sequence: message.seq, tries: 1 }
}

function parsed(message: JsMsg): unknown {
  try {
    return message.json()
  } catch {
    return undefined // what is not JSON is no event, and its reader says so
  }
}
