import type { Delivered } from "@wildcat/shared/bus"
import { matchWebhooks } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import { insertOnce } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import type { WebhookCache } from "../webhooks/webhook-cache.ts"
import { deliveryOf } from "./delivery-of.ts"
import { endedMedia, releaseWaiting } from "./media-wait.ts"
import { readEvents } from "./routed-event.ts"

interface Parts {
  store: Store
  cache: WebhookCache
  mediaWaitMs: number
  /** Called when deliveries to these webhooks may have become due; none means any. */
  wake(webhooks: readonly string[]): void
  log: Logger
}

/**
 * Turns a batch of events into deliveries, all in the database when it returns. Any part of it may be repeated. Deliveries
 * are inserted in the order of the events: nothing of a chat is to be seen while what came before it is not.
 */
export function createEventIntake(parts: Parts): (batch: readonly Delivered[]) => Promise<void> {
  const { messages, deliveries } = parts.store.collections
  return async (batch) => {
    const events = readEvents(batch, parts.log)
    await parts.cache.refresh()
    const now = new Date()
    const timing = { now, mediaWaitMs: parts.mediaWaitMs }
    const matched = events.map((event) => ({
      event,
      to: matchWebhooks(event.envelope, parts.cache.ofTenant(event.envelope.tenant)),
    }))
    const docs = matched.flatMap(({ event, to }) => to.map((webhook) => deliveryOf(event, webhook, timing)))
    await insertOnce(deliveries, docs)
    const waits = matched.flatMap(({ event, to }) => (event.waitsFor && to.length > 0 ? [event.waitsFor] : []))
    const ended = [...events.flatMap(({ endsMedia }) => endsMedia ?? []), ...(await endedMedia(messages, waits))]
    await releaseWaiting(deliveries, ended, now)
    faultPoint("dispatcher.after-insert-before-ack")
    if (ended.length > 0) parts.wake([])
    else if (docs.length > 0) parts.wake([...new Set(docs.map(({ webhook }) => webhook))])
  }
}
