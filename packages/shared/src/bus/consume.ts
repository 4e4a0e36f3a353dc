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

interface HandleOptions {
  ackWaitMs: number
  handle(message: Delivered): Promise<Outcome>
  log: Logger
}

/** A handler that throws is tried again after this pause. */
const faultRetryMs = 2_000
/**
 * How long JetStream keeps a request for messages open. The client also waits about so long before it looks for its
 * consumer again when it did not find it after an outage: its default of 30 s would leave a queue idle for that time.
 */
export const pullMs = 5_000

/**
 * Handles messages of a durable consumer one by one, `concurrency` at a time. While a handler runs, JetStream is told
 * so every `ackWaitMs / 3`: a slow task is not given to another process.
 */
export async function consume(
  bus: Bus,
  options: HandleOptions & { stream: string; durable: string; concurrency: number },
): Promise<Consumption> {
  const consumer = await bus.jetStream.consumers.get(options.stream, options.durable)
  const messages = await consumer.consume({ max_messages: options.concurrency, expires: pullMs })
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

async function handleOne(message: JsMsg, options: HandleOptions): Promise<void> {
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
