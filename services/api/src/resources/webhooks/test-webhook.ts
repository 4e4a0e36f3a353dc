import { z } from "zod"
import { WildcatError, idSchema } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { webhookParams } from "./webhook-view.ts"

const QueuedTest = z.object({ eventId: idSchema("event"), deliveryId: idSchema("delivery") }).meta({
  id: "QueuedTest",
  example: { eventId: "evt_01JDGZ8Q4W0000000000000000", deliveryId: "dlv_01JDGZ8Q4W0000000000000000" },
})

export const testWebhook = route({
  method: "post",
  path: "/v1/webhooks/{id}/test",
  operation: "testWebhook",
  tag: "webhooks",
  summary: "Post a `webhook.test` event to a webhook",
  description: "`GET /v1/deliveries/{id}` shows how it went.",
  scope: ["webhooks"],
  params: webhookParams,
  responses: { 202: { description: "Queued", content: { "application/json": QueuedTest } } },
  errors: ["conflict"],
  async handler({ tenant, params, seed }) {
    const webhook = await tenant.webhooks.get(params.id)
    if (!webhook.enabled) throw new WildcatError("conflict", { detail: "the webhook is disabled; enable it first" })
    return { status: 202, body: await tenant.webhooks.test(webhook, seed) }
  },
})
