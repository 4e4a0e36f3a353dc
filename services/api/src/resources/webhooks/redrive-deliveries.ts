import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { invalid } from "../../http/parse-input.ts"
import { route } from "../../http/route.ts"
import { webhookParams } from "./webhook-view.ts"

const Redrive = z
  .strictObject({
    status: z.enum(["failed", "delivered"]).default("failed"),
    type: z.string().min(1).max(64).optional().describe("Only deliveries of this event type"),
    from: z.iso.datetime({ offset: true }).optional().describe("Only those created at this time or later"),
    to: z.iso.datetime({ offset: true }).optional().describe("Only those created before this time"),
    dryRun: z.boolean().default(false).describe("Count only"),
  })
  .meta({ id: "Redrive", example: { status: "failed", from: "2026-11-24T10:00:00Z", dryRun: true } })

const Redriven = z
  .object({
    matched: z.number().int().describe("Deliveries that fit; each is due again unless dry"),
    dryRun: z.boolean(),
  })
  .meta({ id: "Redriven", example: { matched: 7, dryRun: true } })

export const redriveDeliveries = route({
  method: "post",
  path: "/v1/webhooks/{id}/redrive",
  operation: "redriveDeliveries",
  tag: "webhooks",
  summary: "Make all deliveries to a webhook that fit a filter again",
  description: "Each begins a new schedule of retries. With `dryRun` they are only counted.",
  scope: ["webhooks"],
  params: webhookParams,
  body: jsonBody(Redrive),
  responses: { 202: { description: "Queued, or counted", content: { "application/json": Redriven } } },
  errors: [],
  async handler({ tenant, params, body }) {
    await tenant.webhooks.get(params.id)
    const from = body.from === undefined ? undefined : new Date(body.from)
    const to = body.to === undefined ? undefined : new Date(body.to)
    if (from && to && to <= from) throw invalid("to", "must be after from")
    const { status, type, dryRun } = body
    const matched = await tenant.deliveries.redrive({ webhook: params.id, status, type, from, to, dryRun })
    return { status: 202, body: { matched, dryRun } }
  },
})
