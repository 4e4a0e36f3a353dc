import { chatOf } from "../contracts/index.ts"
import type { MatchedEvent } from "../contracts/index.ts"
import type { DeliveryDoc, WebhookDoc } from "./webhook-documents.ts"

/** A delivery of an event to a webhook, due at once. `position` is the event's place in the stream, 0 when it has none. */
export function newDelivery(options: {
  id: string
  event: MatchedEvent & { id: string }
  webhook: Pick<WebhookDoc, "_id" | "ordered">
  body: string
  position: number
  now: Date
}): DeliveryDoc {
  const { event, webhook, now } = options
  return {
    _id: options.id,
    tenant: event.tenant,
    webhook: webhook._id,
    account: event.account ?? null,
    event: event.id,
    // A type of a newer release is routed as it is: the catalogue of this one need not know it.
    type: event.type as DeliveryDoc["type"],
    body: options.body,
    status: "pending",
    dueAt: now,
    attempts: 0,
    awaitsMedia: null,
    lease: null,
    orderKey: webhook.ordered === "chat" ? orderKeyOf(event) : null,
    position: options.position,
    since: now,
    tries: [],
    lastError: null,
    createdAt: now,
    completedAt: null,
  }
}

/** Events of one chat of one account come one after the other; so do the events of no chat. */
function orderKeyOf({ account, tenant, data }: MatchedEvent): string {
  return `${account ?? tenant} ${chatOf(data)?.jid ?? ""}`
}
