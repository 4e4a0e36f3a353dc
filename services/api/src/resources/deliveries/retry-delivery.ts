import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { DeliveryView, viewDelivery } from "./delivery-view.ts"

export const retryDelivery = route({
  method: "post",
  path: "/v1/deliveries/{id}/retry",
  operation: "retryDelivery",
  tag: "deliveries",
  summary: "Make a delivery again now, with a new schedule of retries",
  description: "Also one that was delivered: the endpoint gets the same event under the same id once more.",
  scope: ["webhooks"],
  params: z.strictObject({ id: idSchema("delivery") }),
  responses: { 202: { description: "Queued", content: { "application/json": DeliveryView } } },
  errors: ["conflict"],
  handler: async ({ tenant, params }) => ({
    status: 202,
    body: viewDelivery(await tenant.deliveries.retry(params.id)),
  }),
})
