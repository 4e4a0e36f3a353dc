import type { CampaignPacing, Feed } from "./campaign.ts"
import { afterQuietHours } from "./quiet-hours.ts"

/** When the next message of a campaign may go, and where the one after it stands. `random` is from 0 to 1. */
export function nextSlot(
  pacing: CampaignPacing,
  feed: Feed,
  { now, random }: { now: number; random: number },
): { dueAt: number; feed: Feed } {
  const dueAt = afterQuietHours(pacing.quietHours, Math.max(now, feed.nextAt))
  const { min, max } = pacing.delaySeconds
  const isLastOfBatch = pacing.batch !== null && feed.inBatch + 1 >= pacing.batch.size
  const pauseSeconds = min + (max - min) * random + (isLastOfBatch ? (pacing.batch?.pauseSeconds ?? 0) : 0)
  return {
    dueAt,
    feed: { nextAt: dueAt + Math.round(pauseSeconds * 1_000), inBatch: isLastOfBatch ? 0 : feed.inBatch + 1 },
  }
}
