import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { DeliveryStatus, DeliveryView, viewDelivery } from "./delivery-view.ts"

export const listDeliveries = route({
  method: "get",
  path: "/v1/deliveries",
  operation: "listDeliveries",
  tag: "deliveries",
  summary: "List deliveries of events to webhooks, newest first",
  scope: ["webhooks", "read"],
  query: z.strictObject({
    ...pageQuery,
    webhook: idSchema("webhook").optional().describe("Only those to this webhook"),
    status: DeliveryStatus.optional().describe("Only those in this state"),
  }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(DeliveryView) } } },
  errors: [],
  async handler({ tenant, query }) {
    const page = await tenant.deliveries.list(query)
    return { status: 200, body: { ...page, items: page.items.map(viewDelivery) } }
  },
})
