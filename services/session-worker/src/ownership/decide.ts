import type { AccountDoc } from "@wildcat/shared/store"
import { preferredWorker } from "./placement.ts"
import type { Liveness } from "./liveness.ts"

/** What this worker has to do about an account. */
export type Task = "nothing" | "run" | "stop" | "erase"

export interface Situation {
  worker: string
  liveness: Liveness
  /** This process has a session of the account. */
  hasSession: boolean
  hasRoom: boolean
  now: Date
  /** How long an account may be without owner before any worker takes it, not only the preferred one. */
  unownedMsMax: number
}

/** Compares what is wanted with what is. Pure: the supervisor does it. */
export function decide(account: AccountDoc, situation: Situation): Task {
  if (account.desired === "deleted") return mayOwn(account, situation) ? "erase" : "nothing"
  if (account.desired === "stopped") return account.owner !== null && mayOwn(account, situation) ? "stop" : "nothing"
  if (situation.hasSession) return isRestartWanted(account) ? "run" : "nothing"
  if (hasEnded(account) && !isRestartWanted(account)) return "nothing"
  return situation.hasRoom && mayOwn(account, situation) ? "run" : "nothing"
}

/** It failed or was logged out, and stays so until somebody starts it again. */
function hasEnded(account: AccountDoc): boolean {
  return account.status === "failed" || account.status === "logged_out"
}

/** A restart was asked for after the present owner began, or the API touched the account after it had ended. */
function isRestartWanted(account: AccountDoc): boolean {
  const { owner, restartAt } = account
  if (owner !== null && restartAt && restartAt > owner.since) return true
  return hasEnded(account) && account.updatedAt > account.statusAt
}

/** Ours, nobody's, or of a worker that has fallen silent. */
function mayOwn(account: AccountDoc, { worker, liveness, hasSession, now, unownedMsMax }: Situation): boolean {
  if (hasSession || account.owner?.worker === worker) return true
  if (account.owner !== null) return liveness.isSilent(account.owner.worker)
  const waitingMs = now.getTime() - Math.max(account.updatedAt.getTime(), account.statusAt.getTime())
  return waitingMs > unownedMsMax || preferredWorker(account._id, liveness.alive()) === worker
}
