import { derivedId } from "@wildcat/shared/contracts"
import type { DeliveryDoc } from "@wildcat/shared/store"
import type { RoutedEvent } from "./routed-event.ts"

/**
 * The delivery of an event to a webhook. Its id is derived from both, so making it twice is recognised. A message with
 * media is due when its media was waited for long enough; everything else after the first pause of the schedule.
 */
export function deliveryOf(
  { envelope, body, waitsFor }: RoutedEvent,
  webhook: string,
  timing: { now: Date; firstDelayMs: number; mediaWaitMs: number },
): DeliveryDoc {
  const awaitsMedia = timing.mediaWaitMs > 0 ? (waitsFor?.media ?? null) : null
  const delayMs = awaitsMedia === null ? timing.firstDelayMs : timing.mediaWaitMs
  return {
    _id: derivedId("delivery", envelope.id, webhook),
    tenant: envelope.tenant,
    webhook,
    account: envelope.account ?? null,
    event: envelope.id,
    // A type of a newer release is routed as it is: the catalogue of this one need not know it.
    type: envelope.type as DeliveryDoc["type"],
    body,
    status: "pending",
    dueAt: new Date(timing.now.getTime() + delayMs),
    attempts: 0,
    awaitsMedia,
    lease: null,
    lastError: null,
    createdAt: timing.now,
    completedAt: null,
  }
}
