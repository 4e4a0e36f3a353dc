import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { DeliveryWithAttempts, viewAttempt, viewDelivery } from "./delivery-view.ts"

export const getDelivery = route({
  method: "get",
  path: "/v1/deliveries/{id}",
  operation: "getDelivery",
  tag: "deliveries",
  summary: "Get a delivery with its attempts",
  scope: ["webhooks", "read"],
  params: z.strictObject({ id: idSchema("delivery") }),
  responses: { 200: { description: "The delivery", content: { "application/json": DeliveryWithAttempts } } },
  errors: [],
  async handler({ tenant, params }) {
    const delivery = await tenant.deliveries.get(params.id)
    return { status: 200, body: { ...viewDelivery(delivery), attempts: delivery.tries.map(viewAttempt) } }
  },
})
