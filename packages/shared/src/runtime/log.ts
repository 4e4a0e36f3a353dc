import type { EventEmitter } from "node:events"
import { once } from "node:events"
import { pino } from "pino"
import type { LoggerOptions, Logger as PinoLogger } from "pino"

/** An interface of our own: a service's types can name it without depending on pino. */
export interface Logger extends PinoLogger {}

/** Keys whose values never reach a log, at the top and one level down: secrets, people, and what they said. */
const redacted = [
  "authorization",
  "apiKey",
  "key",
  "secret",
  "password",
  "token",
  "qr",
  "creds",
  "keys",
  "mediaKey",
  "phone",
  "pn",
  "lid",
  "jid",
  "chat",
  "author",
  "participant",
  "pushName",
  "text",
  "caption",
  "body",
  "content",
  "raw",
  "proto",
] as const

/**
 * The service's logger: one JSON line per unit of work on standard output, with a constant message and fields.
 * `service` stands on every line.
 */
export function createLogger(options: { service: string; level: string }): Logger {
  return pino(loggerOptions(options))
}

/**
 * Logs the last line of a process and resolves when it is written, when nobody reads the log any more, or after a second. A
 * process that ends at once instead would never end when its reader has gone: what writes the lines learns that only while
 * the process runs, and tries for ever at its end (sonic-boom 4.2).
 */
export async function logLast(log: Logger, event: string): Promise<void> {
  if (!log.isLevelEnabled("info")) return
  const { [pino.symbols.streamSym]: out } = log as Logger & { [pino.symbols.streamSym]: EventEmitter }
  const over = new AbortController()
  const limit = setTimeout(() => over.abort(), 1_000)
  const written = once(out, "drain", { signal: over.signal })
  log.info({}, event)
  await written.catch(() => undefined) // There is nobody left to tell.
  clearTimeout(limit)
}

/** How Wildcat logs, apart from where to. */
export function loggerOptions(options: { service: string; level: string }): LoggerOptions {
  return {
    base: { service: options.service },
    level: options.level,
    messageKey: "event",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redacted.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    serializers: { err: describeError, error: describeError },
  }
}

/** What an error may show: its class, message, code and stack, and the same of its cause. Other fields may hold secrets. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error === "string" ? error : "not an Error"
  return {
    type: error.name,
    message: error.message,
    ...("code" in error && typeof error.code !== "object" ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
