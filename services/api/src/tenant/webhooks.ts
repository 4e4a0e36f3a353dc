import { WildcatError, derivedId, seededId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { nudge } from "@wildcat/shared/bus"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { WebhookDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import { checkWebhookUrl } from "./webhook-url.ts"
import type { Parts } from "./parts.ts"

/** A webhook without its secret. */
export type WebhookView = Omit<WebhookDoc, "secret" | "tenant">

export type WebhookSettings = Pick<WebhookDoc, "url" | "events" | "account" | "description" | "enabled">

const shown = { tenant: 0, secret: 0 } as const

/** The webhooks that a caller can see: of its account only, when the key is bound to one. */
export function webhooksOf(parts: Parts, caller: Caller) {
  const { webhooks } = parts.store.models
  const mine = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }

  const get = async (id: string): Promise<WebhookView> => {
    const webhook = await webhooks.findOne({ ...mine, _id: id }, shown).lean<WebhookView | null>()
    if (webhook === null) throw notFound("webhook")
    return webhook
  }

  return {
    get,

    /** Throws `invalid_request` or `address_not_allowed`, naming `url`. */
    checkUrl: (url: string) =>
      checkWebhookUrl(url, { allowHttp: parts.limits.allowHttpWebhooks, addresses: parts.addresses }),

    async list({ limit, cursor }: PageRequest): Promise<Page<WebhookView>> {
      const after = decodeCursor(cursor)
      const found = await webhooks
        .find({ ...mine, ...(after ? { _id: { $gt: after[1] } } : {}) }, shown)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<WebhookView[]>()
      return pageFrom(found, limit, (webhook) => [0, webhook._id])
    },

    /** The same seed makes the same webhook with the same secret. Throws `limit_reached`. */
    async create(settings: WebhookSettings, seed: string): Promise<WebhookView & { secret: string }> {
      const _id = seededId("webhook", seed)
      const secret = `whsec_${parts.secrets("webhook", seed).toString("base64")}`
      const existing = await webhooks.findOne({ ...mine, _id }, shown).lean<WebhookView | null>()
      if (existing) return { ...existing, secret }
      if ((await webhooks.countDocuments({ tenant: caller.tenant })) >= parts.limits.webhooksMax) {
        throw new WildcatError("limit_reached", { detail: "the tenant has no webhook left" })
      }
      const now = new Date()
      const view = { _id, ...settings, createdAt: now, updatedAt: now }
      const sealed = parts.box.seal(Buffer.from(secret), `webhook:${_id}`)
      await once(() => webhooks.create({ ...view, tenant: caller.tenant, secret: sealed }))
      return { ...view, secret }
    },

    async update(id: string, changes: Partial<WebhookSettings>): Promise<WebhookView> {
      const webhook = await webhooks
        .findOneAndUpdate(
          { ...mine, _id: id },
          { $set: { ...changes, updatedAt: new Date() } },
          { returnDocument: "after", projection: shown },
        )
        .lean<WebhookView | null>()
      if (webhook === null) throw notFound("webhook")
      return webhook
    },

    async remove(id: string): Promise<void> {
      if ((await webhooks.deleteOne({ ...mine, _id: id })).deletedCount === 0) throw notFound("webhook")
    },

    /** Queues a `webhook.test` event for this webhook alone; the same seed queues it once. */
    async test(webhook: WebhookView, seed: string): Promise<{ eventId: string; deliveryId: string }> {
      const event = testEvent(caller.tenant, webhook._id, derivedId("event", "webhook.test", seed))
      const deliveryId = derivedId("delivery", event.id, webhook._id)
      const now = new Date()
      await once(() =>
        parts.store.collections.deliveries.insertOne({
          _id: deliveryId,
          tenant: caller.tenant,
          webhook: webhook._id,
          // The event concerns no account; who sees the webhook sees its deliveries.
          account: webhook.account,
          event: event.id,
          type: event.type,
          body: JSON.stringify(event),
          status: "pending",
          dueAt: now,
          attempts: 0,
          awaitsMedia: null,
          lease: null,
          lastError: null,
          createdAt: now,
          completedAt: null,
        }),
      )
      nudge(parts.bus, parts.bus.subjects.deliveriesNudge)
      return { eventId: event.id, deliveryId }
    },
  }
}

function testEvent(tenant: string, webhook: string, id: string): Extract<WildcatEvent, { type: "webhook.test" }> {
  return {
    specversion: "1.0",
    id,
    source: `/webhooks/${webhook}`,
    type: "webhook.test",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant,
    data: { webhook },
  }
}

async function once(insert: () => Promise<unknown>): Promise<void> {
  try {
    await insert()
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}
