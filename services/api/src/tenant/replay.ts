import { DeliverPolicy } from "nats"
import { insertOnce, newDelivery } from "@wildcat/shared/store"
import type { DeliveryDoc, WebhookDoc } from "@wildcat/shared/store"
import { AnyEnvelope, derivedId, matchesWebhook } from "@wildcat/shared/contracts"
import { nudge } from "@wildcat/shared/bus"
import type { Parts } from "./parts.ts"

/** What a call to replay did. */
export interface Replayed {
  /** Events of the range that fit the webhook. */
  matched: number
  /** Where to go on when there were more than one call handles; null when all were handled. */
  nextFrom: Date | null
}

/** Events read by one call. */
const readMax = 20_000
const pageSize = 500
/** Silence after which nothing more is in the log. */
const silenceMs = 2_000

/**
 * Makes a new delivery of each event of the log between two times that fits the webhook, in the order of the log. The
 * seed makes a repeated call make nothing twice.
 */
export async function replayEvents(
  parts: Parts,
  webhook: WebhookDoc,
  range: { from: Date; to: Date; dryRun: boolean; seed: string },
): Promise<Replayed> {
  const { jetStream, subjects } = parts.bus
  const filter =
    webhook.account === null
      ? subjects.eventsOfTenant(webhook.tenant)
      : subjects.eventsOfAccount(webhook.tenant, webhook.account)
  const consumer = await jetStream.consumers.get(subjects.eventsStream, {
    filterSubjects: filter,
    deliver_policy: DeliverPolicy.StartTime,
    opt_start_time: range.from.toISOString(),
  })
  let read = 0
  let matched = 0
  for (;;) {
    const messages = await consumer.fetch({ max_messages: pageSize, expires: silenceMs })
    const docs: DeliveryDoc[] = []
    let pending = 0
    let count = 0
    let passed: Date | null = null
    for await (const message of messages) {
      count += 1
      pending = message.info.pending
      const at = new Date(message.info.timestampNanos / 1_000_000)
      if (at >= range.to) {
        passed = at
        break
      }
      const envelope = AnyEnvelope.safeParse(message.json())
      if (envelope.success && matchesWebhook(envelope.data, webhook)) {
        const id = derivedId("delivery", envelope.data.id, webhook._id, range.seed)
        const place = { body: message.string(), position: message.seq, now: new Date() }
        docs.push(newDelivery({ id, event: envelope.data, webhook, ...place }))
      }
      if (pending === 0) break
      if (read + count >= readMax) {
        passed = at
        break
      }
    }
    read += count
    matched += docs.length
    if (!range.dryRun && docs.length > 0) {
      await insertOnce(parts.store.collections.deliveries, docs)
      nudge(parts.bus, subjects.deliveriesNudge, [webhook._id])
    }
    if (count === 0 || pending === 0) return { matched, nextFrom: null }
    if (passed !== null) return { matched, nextFrom: passed < range.to ? passed : null }
  }
}
