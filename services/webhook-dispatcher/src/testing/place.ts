import { randomBytes } from "node:crypto"
import { derivedId, newId } from "@wildcat/shared/contracts"
import type { EventData, WildcatEvent } from "@wildcat/shared/contracts"
import { markWebhookChanged } from "@wildcat/shared/store"
import type { DeliveryDoc, WebhookDoc } from "@wildcat/shared/store"
import { envelope, openTestPlace } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"

/** A database, streams and a tenant of one test file's own. */
export async function openPlace() {
  const place = await openTestPlace(isolated())
  const { store, box } = place
  const tenant = newId("tenant")
  return {
    ...place,
    tenant,
    async webhook(fields: Partial<WebhookDoc> & { url: string }): Promise<{ id: string; secret: string }> {
      const _id = newId("webhook")
      const secret = `whsec_${randomBytes(32).toString("base64")}`
      const sealed = box.seal(Buffer.from(secret), `webhook:${_id}`)
      const now = new Date()
      const doc = { account: null, events: ["*"], enabled: true, description: null, createdAt: now, updatedAt: now }
      await store.models.webhooks.create({ ...doc, _id, tenant, secret: sealed, ...fields })
      await markWebhookChanged(store.collections, _id)
      return { id: _id, secret }
    },
    /** Changes a webhook as the API does. */
    async change(id: string, fields: Partial<WebhookDoc>): Promise<void> {
      await store.models.webhooks.updateOne({ _id: id }, { $set: fields })
      await markWebhookChanged(store.collections, id)
    },
  }
}

export type Place = Awaited<ReturnType<typeof openPlace>>

/** A message with an image, whose media is `media`. */
export function imageEvent(tenant: string, account: string, media: string): WildcatEvent & { account: string } {
  const nobody = { pn: null, lid: null }
  const data: EventData<"message.received"> = {
    id: newId("message"),
    waId: "3EB0",
    chat: { jid: "4915112345678@s.whatsapp.net", kind: "direct", ...nobody },
    author: nobody,
    authorName: null,
    fromMe: false,
    source: "contact",
    timestamp: new Date().toISOString(),
    content: { type: "image", caption: null },
    media: mediaRef(media),
    quoted: null,
    mentions: [],
  }
  return { ...envelope(tenant, account), type: "message.received", sequence: 1, data }
}

export function storedEvent(tenant: string, account: string, media: string): WildcatEvent & { account: string } {
  const data = { message: newId("message"), media: mediaRef(media) }
  return { ...envelope(tenant, account), id: derivedId("event", media), type: "media.stored", data }
}

function mediaRef(id: string) {
  const file = { kind: "image" as const, mimetype: "image/png", bytes: 1, sha256: null, fileName: null }
  return { id, ...file, url: "https://localhost/", urlExpiresAt: new Date().toISOString() }
}

/** A delivery that is due now. */
export function dueDelivery(tenant: string, webhook: string, fields: Partial<DeliveryDoc> = {}): DeliveryDoc {
  const event = newId("event")
  return {
    _id: newId("delivery"),
    tenant,
    webhook,
    account: null,
    event,
    type: "webhook.test",
    body: JSON.stringify({ id: event, type: "webhook.test", text: "grüße 🐈" }),
    status: "pending",
    dueAt: new Date(),
    attempts: 0,
    awaitsMedia: null,
    lease: null,
    orderKey: null,
    position: 0,
    since: new Date(),
    tries: [],
    lastError: null,
    createdAt: new Date(),
    completedAt: null,
    ...fields,
  }
}
