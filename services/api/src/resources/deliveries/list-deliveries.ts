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
    type: z.string().min(1).max(64).optional().describe("Only those of this event type"),
    event: idSchema("event").optional().describe("Only those of this event"),
    from: z.iso.datetime({ offset: true }).optional().describe("Only those created at this time or later"),
    to: z.iso.datetime({ offset: true }).optional().describe("Only those created before this time"),
    status: DeliveryStatus.optional().describe("Only those in this state"),
  }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(DeliveryView) } } },
  errors: [],
  async handler({ tenant, query }) {
    const { from, to, ...rest } = query
    const page = await tenant.deliveries.list({
      ...rest,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
    })
    return { status: 200, body: { ...page, items: page.items.map(viewDelivery) } }
  },
})
