import { derivedId } from "@wildcat/shared/contracts"
import { newDelivery } from "@wildcat/shared/store"
import type { DeliveryDoc, WebhookDoc } from "@wildcat/shared/store"
import type { RoutedEvent } from "./routed-event.ts"

/**
 * The delivery of an event to a webhook. Its id is derived from both, so making it twice is recognised. A message with
 * media is due when its media was waited for long enough; everything else at once.
 */
export function deliveryOf(
  { envelope, body, waitsFor, position }: RoutedEvent,
  webhook: Pick<WebhookDoc, "_id" | "ordered">,
  timing: { now: Date; mediaWaitMs: number },
): DeliveryDoc {
  const awaitsMedia = timing.mediaWaitMs > 0 ? (waitsFor?.media ?? null) : null
  const delayMs = awaitsMedia === null ? 0 : timing.mediaWaitMs
  const { now } = timing
  const id = derivedId("delivery", envelope.id, webhook._id)
  const delivery = newDelivery({ id, event: envelope, webhook, body, position, now })
  return { ...delivery, dueAt: new Date(now.getTime() + delayMs), awaitsMedia }
}
