import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"

export const revokeKey = route({
  method: "delete",
  path: "/v1/keys/{id}",
  operation: "revokeKey",
  tag: "keys",
  summary: "Revoke an API key",
  description: "It is refused at once here and within 5 seconds everywhere; open event streams of it end within 10.",
  scope: ["admin"],
  params: z.strictObject({ id: idSchema("apiKey") }),
  responses: { 204: { description: "Revoked" } },
  errors: ["conflict"],
  async handler({ tenant, params }) {
    await tenant.keys.revoke(params.id)
    return { status: 204 }
  },
})
