import { newId, reasonOf } from "@wildcat/shared/contracts"
import type { AccountStatus, Person, ReasonCode } from "@wildcat/shared/contracts"
import type { SessionLog } from "../log/session-log.ts"

/** How the account stands; each change is an event and, through the pump, in the account's document. */
export interface Standing {
  /** It stays as it is until somebody starts the account again. */
  readonly hasEnded: boolean
  report(status: AccountStatus, reason?: ReasonCode): void
}

export function createStanding(options: {
  initial: { status: AccountStatus; reason: { code: string } | null }
  sessionLog: SessionLog
  me(): Person | null
}): Standing {
  let status = options.initial.status
  let reason = options.initial.reason?.code
  let known = JSON.stringify(options.me())
  return {
    get hasEnded() {
      return status === "failed" || status === "logged_out"
    },
    report(nextStatus, nextReason) {
      const me = options.me()
      if (nextStatus === status && nextReason === reason && JSON.stringify(me) === known) return
      status = nextStatus
      reason = nextReason
      known = JSON.stringify(me)
      const statusAt = new Date()
      const data = { status, reason: nextReason === undefined ? null : reasonOf(nextReason), me }
      options.sessionLog.stage({
        events: [{ id: newId("event"), type: "account.status", time: statusAt.toISOString(), data }],
        account: { ...data, statusAt },
      })
    },
  }
}
