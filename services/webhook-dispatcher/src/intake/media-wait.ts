import type { Collections } from "@wildcat/shared/store"
import type { RoutedEvent } from "./routed-event.ts"

/** Makes due what waits for these media. */
export async function releaseWaiting(
  deliveries: Collections["deliveries"],
  media: readonly string[],
  now: Date,
): Promise<void> {
  if (media.length === 0) return
  await deliveries.updateMany(
    { awaitsMedia: { $in: [...media] }, status: "pending" },
    { $set: { awaitsMedia: null, dueAt: now } },
  )
}

/**
 * Of the messages just written as waiting, the media that have ended already. The media service notes the end in the
 * message before it publishes it. So when another dispatcher handled that event before our deliveries existed, the note
 * is there to be seen now; and when it was not there yet, the event finds our deliveries.
 */
export async function endedMedia(
  messages: Collections["messages"],
  waits: readonly NonNullable<RoutedEvent["waitsFor"]>[],
): Promise<string[]> {
  if (waits.length === 0) return []
  const ended = await messages
    .find({ _id: { $in: waits.map(({ message }) => message) }, "media.status": { $in: ["stored", "failed"] } })
    .project<{ media: { id: string } }>({ _id: 0, "media.id": 1 })
    .toArray()
  return ended.map(({ media }) => media.id)
}
