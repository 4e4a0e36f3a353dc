import type { AccountDoc, HandOver, Move, OwnedBecause, Store } from "@wildcat/shared/store"
import { lastEpoch } from "../log/take-over.ts"

/** Moves of an account that are remembered. */
const movesKept = 20

/**
 * Writes this worker into the account as its owner, under the next epoch. Null when another worker was faster.
 * The claim only decides who tries; what makes the former owner harmless is the takeover row in the log.
 */
export async function claim(store: Store, account: AccountDoc, worker: string): Promise<AccountDoc | null> {
  const epoch = Math.max(account.owner?.epoch ?? 0, await lastEpoch(store, account._id)) + 1
  const unchanged = account.owner === null ? { owner: null } : { "owner.epoch": account.owner.epoch }
  const since = new Date()
  const why = reasonOf(account, worker)
  const from = account.owner?.worker ?? account.handover?.from ?? null
  const move: Move = { worker, from, why, at: since }
  return store.models.accounts
    .findOneAndUpdate(
      { _id: account._id, ...unchanged },
      {
        $set: { owner: { worker, epoch, since, why }, handover: null },
        $push: { moves: { $each: [move], $slice: -movesKept } },
      },
      { returnDocument: "after" },
    )
    .lean<AccountDoc | null>()
}

function reasonOf({ owner, handover }: AccountDoc, worker: string): OwnedBecause {
  if (owner !== null) return owner.worker === worker ? "restarted" : "failover"
  if (!handover) return "claimed"
  return handover.from === worker ? "restarted" : handover.why
}

/** Gives the account up, for another worker if one is named, unless it has another owner by now. */
export async function release(
  store: Store,
  account: string,
  { epoch, handover }: { epoch: number; handover: HandOver | null },
): Promise<void> {
  await store.models.accounts.updateOne({ _id: account, "owner.epoch": epoch }, { $set: { owner: null, handover } })
}
