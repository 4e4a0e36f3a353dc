import { z } from "zod"
import { eventTypes, idSchema } from "@wildcat/shared/contracts"
import type { WebhookView as StoredView } from "../../tenant/webhooks.ts"

const prefixes = [...new Set(eventTypes.map((type) => type.split(".")[0]))]

/** What a webhook or an event stream can ask for. */
export const EventPattern = z
  .enum(["*", ...prefixes.map((prefix) => `${prefix}.*`), ...eventTypes])
  .meta({ id: "EventPattern" })

export const webhookSettings = {
  url: z.string().min(1).max(2048).describe("Where events are posted to; https, and no private address"),
  events: z.array(EventPattern).min(1).max(50).describe("Event types, `message.*` for all of a kind, or `*`"),
  account: idSchema("account").nullable().describe("Only events of this account; null for all of the tenant"),
  description: z.string().trim().max(200).nullable().describe("For people"),
  enabled: z.boolean().describe("A disabled webhook gets no events"),
}

export const WebhookView = z
  .object({
    id: idSchema("webhook"),
    ...webhookSettings,
    url: z.string(),
    events: z.array(z.string()),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({
    id: "Webhook",
    example: {
      id: "whk_01JDGZ8Q4W0000000000000000",
      url: "https://example.com/whatsapp",
      events: ["message.*"],
      account: null,
      description: "CRM",
      enabled: true,
      createdAt: "2026-11-24T10:00:00.000Z",
      updatedAt: "2026-11-24T10:00:00.000Z",
    },
  })

export const webhookParams = z.strictObject({ id: idSchema("webhook") })

export function viewWebhook(webhook: StoredView) {
  return {
    id: webhook._id,
    url: webhook.url,
    events: webhook.events,
    account: webhook.account,
    description: webhook.description,
    enabled: webhook.enabled,
    createdAt: webhook.createdAt.toISOString(),
    updatedAt: webhook.updatedAt.toISOString(),
  }
}
