import { route } from "../../http/route.ts"
import { WebhookView, viewWebhook, webhookParams } from "./webhook-view.ts"

export const getWebhook = route({
  method: "get",
  path: "/v1/webhooks/{id}",
  operation: "getWebhook",
  tag: "webhooks",
  summary: "Get a webhook",
  scope: ["webhooks", "read"],
  params: webhookParams,
  responses: { 200: { description: "The webhook", content: { "application/json": WebhookView } } },
  errors: [],
  handler: async ({ tenant, params }) => ({ status: 200, body: viewWebhook(await tenant.webhooks.get(params.id)) }),
})
