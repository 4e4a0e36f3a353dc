import { done } from "@wildcat/shared/bus"
import type { Delivered, Outcome } from "@wildcat/shared/bus"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import { matchWebhooks } from "../match/match-webhooks.ts"
import type { MatchedWebhook } from "../match/match-webhooks.ts"
import { deliveryOf } from "./delivery-of.ts"
import { insertOnce } from "./insert-once.ts"
import { endedMedia, releaseWaiting } from "./media-wait.ts"
import { readEvents } from "./routed-event.ts"
import type { RoutedEvent } from "./routed-event.ts"

interface Parts {
  store: Store
  firstDelayMs: number
  mediaWaitMs: number
  /** Called when deliveries may have become due. */
  wake(): void
  log: Logger
}

/**
 * Turns a batch of events into deliveries, all in the database before the batch is acknowledged. Any part of it may be
 * repeated.
 */
export function createEventIntake(parts: Parts): (messages: readonly Delivered[]) => Promise<Outcome> {
  const { messages, deliveries } = parts.store.collections
  return async (batch) => {
    const events = readEvents(batch, parts.log)
    const webhooks = await webhooksOf(parts.store, events)
    const now = new Date()
    const timing = { now, firstDelayMs: parts.firstDelayMs, mediaWaitMs: parts.mediaWaitMs }
    const matched = events.map((event) => ({ event, to: matchWebhooks(event.envelope, webhooks) }))
    const docs = matched.flatMap(({ event, to }) => to.map((webhook) => deliveryOf(event, webhook._id, timing)))
    await insertOnce(deliveries, docs)
    const waits = matched.flatMap(({ event, to }) => (event.waitsFor && to.length > 0 ? [event.waitsFor] : []))
    const ended = [...events.flatMap(({ endsMedia }) => endsMedia ?? []), ...(await endedMedia(messages, waits))]
    await releaseWaiting(deliveries, ended, now)
    faultPoint("dispatcher.after-insert-before-ack")
    if (docs.length > 0 || ended.length > 0) parts.wake()
    return done
  }
}

/**
 * Read anew for each batch, with a majority read: a webhook whose creation was answered before an event was published
 * is always among them.
 */
async function webhooksOf(store: Store, events: readonly RoutedEvent[]): Promise<MatchedWebhook[]> {
  const tenants = [...new Set(events.map(({ envelope }) => envelope.tenant))]
  if (tenants.length === 0) return []
  return store.models.webhooks
    .find({ tenant: { $in: tenants }, enabled: true }, { tenant: 1, account: 1, events: 1, enabled: 1 })
    .lean()
}
