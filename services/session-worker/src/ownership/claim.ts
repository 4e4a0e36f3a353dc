import type { AccountDoc, OwnedBecause, Store } from "@wildcat/shared/store"
import { lastEpoch } from "../log/take-over.ts"

/**
 * Writes this worker into the account as its owner, under the next epoch. Null when another worker was faster.
 * The claim only decides who tries; what makes the former owner harmless is the takeover row in the log.
 */
export async function claim(store: Store, account: AccountDoc, worker: string): Promise<AccountDoc | null> {
  const epoch = Math.max(account.owner?.epoch ?? 0, await lastEpoch(store, account._id)) + 1
  const unchanged = account.owner === null ? { owner: null } : { "owner.epoch": account.owner.epoch }
  return store.models.accounts
    .findOneAndUpdate(
      { _id: account._id, ...unchanged },
      { $set: { owner: { worker, epoch, since: new Date(), why: reasonOf(account, worker) } } },
      { returnDocument: "after" },
    )
    .lean<AccountDoc | null>()
}

function reasonOf({ owner }: AccountDoc, worker: string): OwnedBecause {
  if (owner === null) return "claimed"
  return owner.worker === worker ? "restarted" : "failover"
}

/** Gives the account up, unless it has another owner by now. */
export async function release(store: Store, account: string, epoch: number): Promise<void> {
  await store.models.accounts.updateOne({ _id: account, "owner.epoch": epoch }, { $set: { owner: null } })
}
