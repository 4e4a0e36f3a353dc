import type { AccountDoc } from "@wildcat/shared/store"
import type { Liveness, Peer } from "./liveness.ts"
import { preferredWorker, willingOf, withRoom } from "./placement.ts"

/** What this worker has to do about an account. */
export type Task = "nothing" | "run" | "stop" | "erase" | "yield"

export interface Situation {
  /** This worker as the others see it. */
  self: Peer
  liveness: Pick<Liveness, "overdueMs" | "peers">
  /** This process has a session of the account. */
  hasSession: boolean
  now: Date
  /** How long an account may be free before any worker takes it, not only the preferred one. */
  unownedMsMax: number
}

/** Compares what is wanted with what is. Pure: the supervisor does it. */
export function decide(account: AccountDoc, situation: Situation): Task {
  if (account.desired === "deleted") return mayOwn(account, situation) ? "erase" : "nothing"
  if (account.desired === "stopped") return account.owner !== null && mayOwn(account, situation) ? "stop" : "nothing"
  if (situation.hasSession) return isRestartWanted(account) ? "run" : "nothing"
  if (hasEnded(account) && !isRestartWanted(account)) return "nothing"
  if (account.owner?.worker === situation.self.worker && !isWilling(situation)) return "yield"
  return situation.self.room > 0 && mayOwn(account, situation) ? "run" : "nothing"
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

/** Ours; or free, and meant for us or left for too long. */
function mayOwn(account: AccountDoc, situation: Situation): boolean {
  if (situation.hasSession || account.owner?.worker === situation.self.worker) return true
  const freeMs = freeForMs(account, situation)
  if (freeMs === null || !isWilling(situation)) return false
  return freeMs > situation.unownedMsMax || meantFor(account, situation) === situation.self.worker
}

/** A draining worker takes nothing while another one could. */
function isWilling({ self, liveness }: Situation): boolean {
  return willingOf([self, ...liveness.peers()]).includes(self)
}

/** For how long nobody has had the account, or its owner has been silent beyond the limit; null while it has an owner. */
function freeForMs(account: AccountDoc, { liveness, now }: Situation): number | null {
  if (account.owner !== null) {
    const overdueMs = liveness.overdueMs(account.owner.worker)
    return overdueMs >= 0 ? overdueMs : null
  }
  const since = [account.updatedAt, account.statusAt, account.handover?.at ?? account.updatedAt]
  return now.getTime() - Math.max(...since.map((at) => at.getTime()))
}

/** The worker that its owner gave it to, while that one lives; otherwise the one that all agree on. */
function meantFor(account: AccountDoc, { self, liveness }: Situation): string | null {
  const workers = [self, ...liveness.peers()]
  const to = account.owner === null ? account.handover?.to : null
  if (workers.some(({ worker }) => worker === to)) return to ?? null
  return preferredWorker(account._id, withRoom(willingOf(workers)))
}
