import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { webhookParams } from "./webhook-view.ts"

const SecretRotation = z
  .strictObject({
    overlapSeconds: z
      .number()
      .int()
      .min(0)
      .max(30 * 86_400)
      .default(86_400)
      .describe("How long the secret before signs too; 0 ends it at once"),
  })
  .meta({ id: "SecretRotation", example: { overlapSeconds: 86_400 } })

const RotatedSecret = z
  .object({
    secret: z.string().describe("Signs every delivery from now on. Shown this once"),
    previousValidUntil: z.iso
      .datetime()
      .describe("Until then each delivery carries the signature of the secret before too"),
  })
  .meta({ id: "RotatedSecret", example: { secret: "whsec_…", previousValidUntil: "2026-11-25T10:00:00.000Z" } })

export const rotateSecret = route({
  method: "post",
  path: "/v1/webhooks/{id}/rotate-secret",
  operation: "rotateSecret",
  tag: "webhooks",
  summary: "Give a webhook a new secret",
  description:
    "Deliveries carry both signatures until the overlap ends, so that no endpoint need change at that moment.",
  scope: ["webhooks"],
  params: webhookParams,
  body: jsonBody(SecretRotation),
  responses: { 200: { description: "The new secret", content: { "application/json": RotatedSecret } } },
  errors: [],
  async handler({ tenant, params, body, seed }) {
    const { secret, until } = await tenant.webhooks.rotateSecret(params.id, body.overlapSeconds * 1_000, seed)
    return { status: 200, body: { secret, previousValidUntil: until.toISOString() } }
  },
})
