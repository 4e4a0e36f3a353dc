import { route } from "../../http/route.ts"
import { webhookParams } from "./webhook-view.ts"

export const deleteWebhook = route({
  method: "delete",
  path: "/v1/webhooks/{id}",
  operation: "deleteWebhook",
  tag: "webhooks",
  summary: "Delete a webhook; nothing more is posted to it",
  scope: ["webhooks"],
  params: webhookParams,
  responses: { 204: { description: "Deleted" } },
  errors: [],
  async handler({ tenant, params }) {
    await tenant.webhooks.remove(params.id)
    return { status: 204 }
  },
})
