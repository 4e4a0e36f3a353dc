import type { Store, WebhookDoc } from "@wildcat/shared/store"
import { unknownOutcome } from "./claim.ts"

/** What a delivery needs of its webhook. */
export type DeliveringWebhook = Pick<WebhookDoc, "_id" | "url" | "enabled" | "secret">

/** A webhook with pending deliveries and when the earliest of them is due. */
export interface PendingWebhook {
  id: string
  dueAt: Date
  /** Null when it was deleted. */
  webhook: DeliveringWebhook | null
}

/** Every webhook with pending deliveries, with the first due time; one step in the index per webhook. */
export async function pendingWebhooks(store: Store): Promise<PendingWebhook[]> {
  const heads = await store.collections.deliveries
    .aggregate<{ _id: string; dueAt: Date }>([
      { $match: { status: "pending" } },
      { $sort: { webhook: 1, dueAt: 1 } },
      { $group: { _id: "$webhook", dueAt: { $first: "$dueAt" } } },
    ])
    .toArray()
  if (heads.length === 0) return []
  const found = await store.models.webhooks
    .find({ _id: { $in: heads.map(({ _id }) => _id) } }, { url: 1, enabled: 1, secret: 1 })
    .lean()
  const byId = new Map(found.map((webhook) => [webhook._id, webhook]))
  return heads.map(({ _id, dueAt }) => ({ id: _id, dueAt, webhook: byId.get(_id) ?? null }))
}

/** Ends what was still to be delivered to webhooks that no longer exist; attempts under way end by themselves. */
export async function failDeliveriesOfDeleted(store: Store, webhooks: readonly string[], now: Date): Promise<void> {
  if (webhooks.length === 0) return
  const { deliveries, attempts } = store.collections
  const interrupted = { webhook: { $in: [...webhooks] }, status: "pending" as const, "lease.until": { $lte: now } }
  const ids = await deliveries.distinct("_id", interrupted)
  if (ids.length > 0)
    await attempts.updateMany({ delivery: { $in: ids }, outcome: "running" }, { $set: unknownOutcome })
  await deliveries.updateMany(
    { webhook: { $in: [...webhooks] }, status: "pending", $or: [{ lease: null }, { "lease.until": { $lte: now } }] },
    {
      $set: {
        status: "failed",
        completedAt: now,
        lease: null,
        lastError: "the webhook was deleted",
        awaitsMedia: null,
      },
    },
  )
}
