import type { Collections } from "@wildcat/shared/store"

/** A webhook with pending deliveries and when the earliest of them is due. */
export interface PendingWebhook {
  id: string
  dueAt: Date
}

/** Every webhook with pending deliveries, with the first due time; one step in the index per webhook. */
export async function pendingWebhooks(deliveries: Collections["deliveries"]): Promise<PendingWebhook[]> {
  const heads = await deliveries
    .aggregate<{ _id: string; dueAt: Date }>([
      { $match: { status: "pending" } },
      { $sort: { status: 1, webhook: 1, dueAt: 1 } },
      { $group: { _id: "$webhook", dueAt: { $first: "$dueAt" } } },
    ])
    .toArray()
  return heads.map(({ _id, dueAt }) => ({ id: _id, dueAt }))
}

/** Ends what was still to be delivered to webhooks that no longer exist; attempts under way end by themselves. */
export async function failDeliveriesOfDeleted(
  deliveries: Collections["deliveries"],
  webhooks: readonly string[],
  now: Date,
): Promise<void> {
  if (webhooks.length === 0) return
  const pending = { webhook: { $in: [...webhooks] }, status: "pending" as const }
  const over = { status: "failed" as const, completedAt: now, lease: null, awaitsMedia: null }
  await deliveries.updateMany(
    { ...pending, $or: [{ lease: null }, { "lease.until": { $lte: now } }] },
    { $set: { ...over, lastError: "the webhook was deleted", "tries.$[cut].outcome": "unknown" } },
    { arrayFilters: [{ "cut.outcome": "running" }] },
  )
}
