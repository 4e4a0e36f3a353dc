import type { Collections } from "@wildcat/shared/store"
import type { Logger } from "@wildcat/shared/runtime"

const pageSize = 500

/**
 * Removes deliveries that ended before a time, with their attempts. Returns how many. A completed delivery's `dueAt` lies within a lease of its end, which is exact enough.
 */
export async function sweepDeliveries(
  { deliveries }: Collections,
  options: { before: Date; stopped: AbortSignal; log: Logger },
): Promise<number> {
  let removed = 0
  while (!options.stopped.aborted) {
    const page = await deliveries
      .find({ status: { $in: ["delivered", "failed"] }, dueAt: { $lt: options.before } })
      .limit(pageSize)
      .project<{ _id: string }>({ _id: 1 })
      .toArray()
    const ids = page.map(({ _id }) => _id)
    if (ids.length === 0) break
    await deliveries.deleteMany({ _id: { $in: ids } })
    removed += ids.length
  }
  if (removed > 0) options.log.info({ removed }, "deliveries.removed")
  return removed
}
