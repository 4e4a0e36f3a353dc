import { setTimeout as pause } from "node:timers/promises"
import { jittered } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import { limited } from "./limited.ts"
import type { SessionLog } from "./session-log.ts"

/** Tries a question to MongoDB until it has an answer. Throws the last failure when the session's log has died. */
export type Persist = <T>(ask: () => Promise<T>) => Promise<T>

/** A little longer than the silence that the driver bears: a wait of it that never ends must not hold up a session. */
const longestAnswerMs = 12_000
const retryDelaysMs = [100, 250, 500, 1_000, 2_000]

/**
 * For what must be known before a message counts as received. An outage must not pass for an answer: a failure would end
 * in a request to send the message again, or in a log that dies with everything it holds back.
 */
export function createPersist(
  sessionLog: Pick<SessionLog, "isDead">,
  log: Logger,
  answerMsMax = longestAnswerMs,
): Persist {
  return async (ask) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await limited(answerMsMax, ask())
      } catch (error) {
        if (sessionLog.isDead) throw error
        log.warn({ error, attempt }, "question.repeated")
        await pause(jittered(retryDelaysMs, attempt))
        if (sessionLog.isDead) throw error
      }
    }
  }
}
