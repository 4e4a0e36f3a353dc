import { setImmediate } from "node:timers/promises"
import type { JsMsg } from "nats"
import type { Logger } from "../runtime/index.ts"
import type { Bus } from "./connect.ts"

/** What a handler says of a message; only this file turns it into JetStream's verbs. */
export type Outcome =
  | { kind: "done" }
  /** Our own fault or a dependency's: give it to a handler again after `afterMs`. */
  | { kind: "retry"; afterMs: number; why: string }
  /** It can never be handled: do not give it again. */
  | { kind: "reject"; why: string }

export const done: Outcome = { kind: "done" }

export interface Delivered {
  payload: unknown
  subject: string
  /** Position in the stream. */
  sequence: number
  /** 1 for the first delivery. */
  tries: number
}

export interface Consumption {
  /** Takes no new messages and waits for the ones being handled. */
  stop(): Promise<void>
}

interface Source {
  stream: string
  durable: string
  log: Logger
}

/** A handler that throws is tried again after this pause. */
const faultRetryMs = 2_000

/**
 * Handles messages of a durable consumer one by one, `concurrency` at a time. While a handler runs, JetStream is told
 * so every `ackWaitMs / 3`: a slow task is not given to another process.
 */
export async function consume(
  bus: Bus,
  options: Source & { concurrency: number; ackWaitMs: number; handle(message: Delivered): Promise<Outcome> },
): Promise<Consumption> {
  const consumer = await bus.jetStream.consumers.get(options.stream, options.durable)
  const messages = await consumer.consume({ max_messages: options.concurrency })
  const running = new Set<Promise<void>>()
  const loop = (async () => {
    for await (const message of messages) {
      const work = handleOne(message, options).finally(() => running.delete(work))
      running.add(work)
      if (running.size >= options.concurrency) await Promise.race(running)
    }
  })()
  return {
    stop: async () => {
      await messages.close()
      await loop
      await Promise.allSettled(running)
    },
  }
}

/**
 * Handles messages in batches, in stream order, one batch at a time: for handlers that write in bulk.
 * A batch is what is there, up to `batchMax`; an empty queue is waited on. The outcome counts for the whole batch.
 */
export async function consumeBatches(
  bus: Bus,
  options: Source & { batchMax: number; handle(messages: readonly Delivered[]): Promise<Outcome> },
): Promise<Consumption> {
  const consumer = await bus.jetStream.consumers.get(options.stream, options.durable)
  const messages = await consumer.consume({ max_messages: options.batchMax })
  let waiting: JsMsg[] = []
  let flushing: Promise<void> | null = null

  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, options.batchMax)
      waiting = waiting.slice(batch.length)
      const outcome = await attempt(() => options.handle(batch.map(delivered)), options.log)
      for (const message of batch) settle(message, outcome, options.log)
    }
    flushing = null
  }
  const loop = (async () => {
    for await (const message of messages) {
      waiting.push(message)
      // Not at once: what arrives in the same read belongs to the same batch.
      flushing ??= setImmediate().then(flush)
      if (waiting.length >= options.batchMax) await flushing
    }
  })()
  return {
    stop: async () => {
      await messages.close()
      await loop
      await flushing
    },
  }
}

async function handleOne(
  message: JsMsg,
  options: Source & { ackWaitMs: number; handle(message: Delivered): Promise<Outcome> },
): Promise<void> {
  const heartbeat = setInterval(() => message.working(), options.ackWaitMs / 3)
  try {
    settle(message, await attempt(() => options.handle(delivered(message)), options.log), options.log)
  } finally {
    clearInterval(heartbeat)
  }
}

async function attempt(handle: () => Promise<Outcome>, log: Logger): Promise<Outcome> {
  try {
    return await handle()
  } catch (error) {
    log.error({ error }, "message.handler_failed")
    return { kind: "retry", afterMs: faultRetryMs, why: "the handler failed" }
  }
}

function settle(message: JsMsg, outcome: Outcome, log: Logger): void {
  if (outcome.kind === "done") return message.ack()
  log.warn(
    { subject: message.subject, sequence: message.seq, outcome: outcome.kind, why: outcome.why },
    "message.not_handled",
  )
  if (outcome.kind === "retry") return message.nak(outcome.afterMs)
  return message.term(outcome.why)
}

function delivered(message: JsMsg): Delivered {
  return {
    payload: parseJson(message),
    subject: message.subject,
    sequence: message.seq,
    tries: message.info.redeliveryCount,
  }
}

/** What is not JSON reaches the handler as undefined, and its schema refuses it. */
function parseJson(message: JsMsg): unknown {
  try {
    return message.json()
  } catch {
    return undefined
  }
}
