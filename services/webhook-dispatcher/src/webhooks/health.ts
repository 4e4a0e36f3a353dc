import { derivedId, newId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { markWebhookChanged } from "@wildcat/shared/store"
import type { Store, WebhookDoc, WebhookNotice } from "@wildcat/shared/store"
import { remember } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { CachedWebhook, WebhookCache } from "./webhook-cache.ts"

/** After so many failed attempts in a row a webhook counts as failing. */
const failuresInRow = 3
/** Webhooks whose failures are counted at once. */
const countedMax = 50_000

export interface Health {
  succeeded(webhook: CachedWebhook): Promise<void>
  failed(webhook: CachedWebhook, error: string): Promise<void>
  /** Publishes what a process did not come to publish. */
  publishNotices(webhooks: Iterable<CachedWebhook>): Promise<void>
}

interface Parts {
  store: Store
  cache: WebhookCache
  /** A webhook that has failed for so long is disabled. */
  disableAfterMs: number
  publish(event: WildcatEvent): Promise<void>
  log: Logger
}

/**
 * Notes when an endpoint begins to fail, works again, or has failed for too long. Only these turns are written; each is
 * written together with the notice of its event, which goes away when the event was published.
 */
export function createHealth(parts: Parts): Health {
  const failures = new Map<string, { row: number; since: Date }>()
  const { webhooks } = parts.store.models

  const turn = async (
    webhook: CachedWebhook,
    type: WebhookNotice["type"],
    change: { from: object; set: Partial<WebhookDoc>; since: Date; error: string },
  ) => {
    const at = new Date()
    const notice = {
      id: derivedId("event", newId("event"), webhook._id),
      type,
      since: change.since,
      at,
      error: change.error,
    }
    const { modifiedCount } = await webhooks.updateOne(
      { _id: webhook._id, ...change.from },
      { $set: { ...change.set, notice } },
    )
    if (modifiedCount === 0) return
    await markWebhookChanged(parts.store.collections, webhook._id)
    parts.log.warn({ webhook: webhook._id, tenant: webhook.tenant, type }, "webhook.health_changed")
    await publishNotice({ ...webhook, notice })
    await parts.cache.refresh()
  }
  const publishNotice = async (webhook: CachedWebhook) => {
    if (!webhook.notice) return
    await parts.publish(noticeEvent(webhook, webhook.notice))
    await webhooks.updateOne({ _id: webhook._id, "notice.id": webhook.notice.id }, { $set: { notice: null } })
    await markWebhookChanged(parts.store.collections, webhook._id)
  }

  return {
    async succeeded(webhook) {
      failures.delete(webhook._id)
      if (!webhook.failing) return
      const { since } = webhook.failing
      await turn(webhook, "webhook.recovered", {
        from: { failing: { $ne: null } },
        set: { failing: null },
        since,
        error: "",
      })
    },
    async failed(webhook, error) {
      const counted = failures.get(webhook._id) ?? { row: 0, since: new Date() }
      counted.row += 1
      remember(failures, webhook._id, counted, countedMax)
      if (!webhook.failing) {
        if (counted.row < failuresInRow) return
        const { since } = counted
        const set = { failing: { since, error } }
        return turn(webhook, "webhook.failing", { from: { failing: null }, set, since, error })
      }
      const { since } = webhook.failing
      if (Date.now() - since.getTime() < parts.disableAfterMs) return
      const set = { enabled: false, failing: null, disabledBecause: error }
      await turn(webhook, "webhook.disabled", { from: { enabled: true }, set, since, error })
    },
    async publishNotices(all) {
      for (const webhook of all) await publishNotice(webhook)
    },
  }
}

function noticeEvent(webhook: CachedWebhook, { id, type, since, at, error }: WebhookNotice): WildcatEvent {
  const envelope = {
    specversion: "1.0" as const,
    id,
    source: `/webhooks/${webhook._id}`,
    time: at.toISOString(),
    datacontenttype: "application/json" as const,
    tenant: webhook.tenant,
    ...(webhook.account === null ? {} : { account: webhook.account }),
  }
  const data = { webhook: webhook._id, since: since.toISOString() }
  return type === "webhook.recovered" ? { ...envelope, type, data } : { ...envelope, type, data: { ...data, error } }
}
