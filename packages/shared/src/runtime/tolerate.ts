import type { Logger } from "./log.ts"

/** Awaits something whose failure changes nothing, logs the failure with the reason it is tolerated, and never throws. */
export async function tolerate(promise: Promise<unknown>, why: string, log: Logger): Promise<void> {
  try {
    await promise
  } catch (error) {
    log.warn({ error, why }, "failure.tolerated")
  }
}
