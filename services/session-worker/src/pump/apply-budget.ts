import { isDuplicateKey } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import type { Entry } from "../log/entry.ts"

/** Shows the API what a paced account has sent. What an earlier owner says late changes nothing. */
export async function applyBudget(store: Store, account: string, entries: readonly Entry[]): Promise<void> {
  const last = entries.findLast((entry) => entry.state.pacing?.["sent"] != null)
  const sent = last?.state.pacing?.["sent"]
  if (sent == null) return
  try {
    const earlier = { _id: account, "sent.nextAt": { $lte: sent.nextAt } }
    await store.collections.budgets.updateOne(earlier, { $set: { sent } }, { upsert: true })
  } catch (error) {
    // A later one is there: the upsert found nothing to change and met its id.
    if (!isDuplicateKey(error)) throw error
  }
}
