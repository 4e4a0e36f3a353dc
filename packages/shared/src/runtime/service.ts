import { createLogger, logLast } from "./log.ts"
import type { Logger } from "./log.ts"
import { serveHealth } from "./health.ts"
import type { ReadyCheck } from "./health.ts"
import { describeConfig, readConfig } from "./config.ts"
import type { ConfigShape } from "./config.ts"
import type { z } from "zod"

/** What a starting service is given to register its parts with. */
export interface Scope {
  log: Logger
  /** Registers how to stop a part; parts stop in reverse order of registration. */
  onStop(name: string, stop: () => void | Promise<void>): void
  /** Registers a readiness check. */
  check(name: string, check: ReadyCheck): void
  /** Ends the process in order, as after SIGTERM, with exit code 1: for what cannot be repaired in place. */
  fail(error: unknown): void
}

/** The longest an orderly stop may take, in milliseconds; after that the process exits with code 1. */
const stopMsMax = 25_000

/**
 * The life of a service process: read the configuration, serve health, start, run until SIGTERM, SIGINT, the end of
 * the parent (when started with an ipc channel) or a fatal error, then stop everything in reverse order.
 * `healthPort` names the setting with the port of `/healthz` and `/readyz`; null when the service serves them itself.
 */
export async function runService<S extends ConfigShape>(service: {
  name: string
  config: S
  healthPort: (keyof S & string) | null
  /** Recognises rejections that a library leaves unhandled and that concern one connection only; all others end the process. */
  isHarmless?: (reason: unknown) => boolean
  start(config: z.infer<z.ZodObject<S>>, scope: Scope): Promise<void>
}): Promise<void> {
  const config = readConfigOrExit(service.config)
  const settings: Partial<Record<string, unknown>> = config
  const log = createLogger({ service: service.name, level: text(settings["LOG_LEVEL"], "info") })
  const stops: { name: string; stop: () => void | Promise<void> }[] = []
  const checks: Record<string, ReadyCheck> = { started: () => "still starting" }
  let stopping = false

  const stop = async (why: string, exitCode: number) => {
    if (stopping) return
    stopping = true
    log.info({ why }, "service.stopping")
    setTimeout(() => process.exit(1), stopMsMax).unref()
    for (const part of stops.toReversed()) {
      try {
        await part.stop()
      } catch (error) {
        log.error({ error, part: part.name }, "service.stop_failed")
      }
    }
    await logLast(log, "service.stopped")
    process.exit(exitCode)
  }
  const fail = (error: unknown) => {
    log.fatal({ error }, "service.failed")
    void stop("failed", 1)
  }

  process.on("SIGTERM", () => void stop("SIGTERM", 0))
  process.on("SIGINT", () => void stop("SIGINT", 0))
  process.on("disconnect", () => void stop("parent ended", 0))
  process.on("uncaughtException", fail)
  process.on("unhandledRejection", (reason) => {
    if (service.isHarmless?.(reason) === true) log.warn({ error: reason }, "rejection.tolerated")
    else fail(reason)
  })

  const scope: Scope = {
    log,
    onStop: (name, stopPart) => stops.push({ name, stop: stopPart }),
    check: (name, check) => (checks[name] = check),
    fail,
  }
  log.info({ config: describeConfig(service.config, settings) }, "service.starting")
  try {
    if (service.healthPort !== null) {
      const host = text(settings["HEALTH_HOST"], "0.0.0.0")
      const health = await serveHealth({ host, port: Number(settings[service.healthPort]), checks })
      scope.onStop("health", () => health.close())
    }
    await service.start(config, scope)
    delete checks["started"]
    log.info({}, "service.started")
  } catch (error) {
    fail(error)
  }
}

function text(setting: unknown, fallback: string): string {
  return typeof setting === "string" ? setting : fallback
}

function readConfigOrExit<S extends ConfigShape>(shape: S): z.infer<z.ZodObject<S>> {
  try {
    return readConfig(shape, process.env)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return process.exit(2)
  }
}
