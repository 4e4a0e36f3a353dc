import { WildcatError, derivedId, seededId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { nudge } from "@wildcat/shared/bus"
import { isDuplicateKey, markWebhookChanged, newDelivery } from "@wildcat/shared/store"
import type { WebhookDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import { checkWebhookUrl } from "./webhook-url.ts"
import type { Parts } from "./parts.ts"
import { replayEvents } from "./replay.ts"
import type { Replayed } from "./replay.ts"

/** A webhook without its secret. */
export type WebhookView = Omit<WebhookDoc, "secret" | "previousSecret" | "headers" | "notice" | "tenant"> & {
  previousSecretUntil: Date | null
}

/** Finer settings, with custom headers as they are given. */
export type StoredFiner = Pick<WebhookDoc, "filter" | "retry" | "timeoutMs" | "ordered"> & {
  headers?: Record<string, string> | null
}

export type WebhookSettings = Pick<WebhookDoc, "url" | "events" | "account" | "description" | "enabled"> & StoredFiner

const hidden = { tenant: 0, secret: 0, headers: 0, notice: 0, "previousSecret.secret": 0 } as const

/** A webhook as the database gives it without what is hidden. */
type Found = Omit<WebhookView, "previousSecretUntil"> & { previousSecret?: { until: Date } | null }

function viewOf({ previousSecret, ...rest }: Found): WebhookView {
  return { ...rest, previousSecretUntil: previousSecret?.until ?? null }
}

/** The webhooks that a caller can see: of its account only, when the key is bound to one. */
export function webhooksOf(parts: Parts, caller: Caller) {
  const { webhooks } = parts.store.models
  const mine = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }

  const get = async (id: string): Promise<WebhookView> => {
    const webhook = await webhooks.findOne({ ...mine, _id: id }, hidden).lean<Found | null>()
    if (webhook === null) throw notFound("webhook")
    return viewOf(webhook)
  }

  /** Tells the dispatchers, before the change is answered. */
  const changed = async (id: string) => {
    await markWebhookChanged(parts.store.collections, id)
    nudge(parts.bus, parts.bus.subjects.webhooksNudge, [id])
  }
  const sealedHeaders = (id: string, headers: Record<string, string> | null | undefined) => {
    if (headers === undefined) return {}
    if (headers === null) return { headers: null }
    return { headers: parts.box.seal(Buffer.from(JSON.stringify(headers)), `webhook-headers:${id}`) }
  }

  return {
    get,

    /** Throws `invalid_request` or `address_not_allowed`, naming `url`. */
    checkUrl: (url: string) =>
      checkWebhookUrl(url, { allowHttp: parts.limits.allowHttpWebhooks, addresses: parts.addresses }),

    async list({ limit, cursor }: PageRequest): Promise<Page<WebhookView>> {
      const after = decodeCursor(cursor)
      const found = await webhooks
        .find({ ...mine, ...(after ? { _id: { $gt: after[1] } } : {}) }, hidden)
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<Found[]>()
      return pageFrom(found.map(viewOf), limit, (webhook) => [0, webhook._id])
    },

    /** The same seed makes the same webhook with the same secret. Throws `limit_reached`. */
    async create(settings: WebhookSettings, seed: string): Promise<WebhookView & { secret: string }> {
      const _id = seededId("webhook", seed)
      const secret = `whsec_${parts.secrets("webhook", seed).toString("base64")}`
      const existing = await webhooks.findOne({ ...mine, _id }, hidden).lean<Found | null>()
      if (existing) return { ...viewOf(existing), secret }
      if ((await webhooks.countDocuments({ tenant: caller.tenant })) >= parts.limits.webhooksMax) {
        throw new WildcatError("limit_reached", { detail: "the tenant has no webhook left" })
      }
      const now = new Date()
      const { headers, ...plain } = settings
      const view = { _id, ...plain, ...namesOf(headers), createdAt: now, updatedAt: now }
      const sealed = parts.box.seal(Buffer.from(secret), `webhook:${_id}`)
      await once(() =>
        webhooks.create({ ...view, ...sealedHeaders(_id, headers), tenant: caller.tenant, secret: sealed }),
      )
      await changed(_id)
      return { ...view, previousSecretUntil: null, secret }
    },

    async update(id: string, { headers, ...changes }: Partial<WebhookSettings>): Promise<WebhookView> {
      // Who enables it again begins anew.
      const enabled = changes.enabled === true ? { failing: null, disabledBecause: null } : {}
      const fields = { ...changes, ...enabled, ...namesOf(headers), ...sealedHeaders(id, headers) }
      const webhook = await webhooks
        .findOneAndUpdate(
          { ...mine, _id: id },
          { $set: { ...fields, updatedAt: new Date() } },
          { returnDocument: "after", projection: hidden },
        )
        .lean<Found | null>()
      if (webhook === null) throw notFound("webhook")
      await changed(id)
      return viewOf(webhook)
    },

    async remove(id: string): Promise<void> {
      if ((await webhooks.deleteOne({ ...mine, _id: id })).deletedCount === 0) throw notFound("webhook")
      await changed(id)
    },

    /** The same seed makes the same secret, and its overlap begins once. */
    async rotateSecret(id: string, overlapMs: number, seed: string): Promise<{ secret: string; until: Date }> {
      const webhook = await webhooks.findOne({ ...mine, _id: id }).lean<WebhookDoc | null>()
      if (webhook === null) throw notFound("webhook")
      const secret = `whsec_${parts.secrets("webhook", seed).toString("base64")}`
      const present = parts.box.open(bytesOf(webhook.secret), `webhook:${id}`).toString("utf8")
      if (present === secret) return { secret, until: webhook.previousSecret?.until ?? new Date() }
      const until = new Date(Date.now() + overlapMs)
      const next = { secret: parts.box.seal(Buffer.from(secret), `webhook:${id}`) }
      const previousSecret = { secret: Buffer.from(bytesOf(webhook.secret)), until }
      await webhooks.updateOne({ ...mine, _id: id }, { $set: { ...next, previousSecret, updatedAt: new Date() } })
      await changed(id)
      return { secret, until }
    },

    /** Makes deliveries of the events of a time range. */
    async replay(id: string, range: { from: Date; to: Date; dryRun: boolean; seed: string }): Promise<Replayed> {
      const webhook = await webhooks.findOne({ ...mine, _id: id }).lean<WebhookDoc | null>()
      if (webhook === null) throw notFound("webhook")
      return replayEvents(parts, webhook, range)
    },

    /** Queues a `webhook.test` event for this webhook alone; the same seed queues it once. */
    async test(webhook: WebhookView, seed: string): Promise<{ eventId: string; deliveryId: string }> {
      const event = testEvent(caller.tenant, webhook._id, derivedId("event", "webhook.test", seed))
      const deliveryId = derivedId("delivery", event.id, webhook._id)
      await once(() =>
        parts.store.collections.deliveries.insertOne({
          ...newDelivery({ id: deliveryId, event, webhook, body: JSON.stringify(event), position: 0, now: new Date() }),
          // The event concerns no account; who sees the webhook sees its deliveries.
          account: webhook.account,
          orderKey: null,
        }),
      )
      nudge(parts.bus, parts.bus.subjects.deliveriesNudge, [webhook._id])
      return { eventId: event.id, deliveryId }
    },
  }
}

function namesOf(headers: Record<string, string> | null | undefined): { headerNames?: string[] } {
  return headers === undefined ? {} : { headerNames: Object.keys(headers ?? {}) }
}

/** What mongoose calls a Buffer comes as BSON's Binary when documents are read lean. */
function bytesOf(value: Uint8Array | { buffer: Uint8Array }): Uint8Array {
  return value instanceof Uint8Array ? value : value.buffer
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
