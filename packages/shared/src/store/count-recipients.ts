import type { CampaignCounts } from "../contracts/index.ts"
import type { CampaignDoc, RecipientState } from "./campaign-documents.ts"
import type { Collections } from "./collections.ts"

/** Recipients of a campaign by state, from an index alone. What a cancelled campaign has not begun is cancelled. */
export async function countRecipients(
  recipients: Collections["campaignRecipients"],
  { _id, state: campaignState }: Pick<CampaignDoc, "_id" | "state">,
): Promise<CampaignCounts> {
  const groups = await recipients
    .aggregate<{ _id: RecipientState; count: number }>([
      { $match: { campaign: _id } },
      { $group: { _id: "$state", count: { $sum: 1 } } },
    ])
    .toArray()
  const counts = { total: 0, pending: 0, queued: 0, sent: 0, failed: 0, unknown: 0, expired: 0, cancelled: 0 }
  for (const { _id: state, count } of groups) {
    counts[state === "pending" && campaignState === "cancelled" ? "cancelled" : state] += count
    counts.total += count
  }
  return counts
}
