import { z } from "zod"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { WebhookView, viewWebhook } from "./webhook-view.ts"

export const listWebhooks = route({
  method: "get",
  path: "/v1/webhooks",
  operation: "listWebhooks",
  tag: "webhooks",
  summary: "List webhooks, oldest first",
  scope: ["webhooks", "read"],
  query: z.strictObject(pageQuery),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(WebhookView) } } },
  errors: [],
  async handler({ tenant, query }) {
    const page = await tenant.webhooks.list(query)
    return { status: 200, body: { ...page, items: page.items.map(viewWebhook) } }
  },
})
