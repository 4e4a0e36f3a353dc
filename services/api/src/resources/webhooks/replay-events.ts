import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { invalid } from "../../http/parse-input.ts"
import { route } from "../../http/route.ts"
import { webhookParams } from "./webhook-view.ts"

const Replay = z
  .strictObject({
    from: z.iso.datetime({ offset: true }).describe("Events of this time or later"),
    to: z.iso.datetime({ offset: true }).optional().describe("Events before this time; now when absent"),
    dryRun: z.boolean().default(false).describe("Count only"),
  })
  .meta({ id: "Replay", example: { from: "2026-11-24T10:00:00Z", to: "2026-11-24T11:00:00Z", dryRun: true } })

const Replayed = z
  .object({
    matched: z
      .number()
      .int()
      .describe("Events of the range that fit the webhook; a delivery was made of each unless dry"),
    nextFrom: z.iso
      .datetime()
      .nullable()
      .describe("Go on from here: there were more than one call handles. Null: done"),
  })
  .meta({ id: "Replayed", example: { matched: 12, nextFrom: null } })

export const replayEvents = route({
  method: "post",
  path: "/v1/webhooks/{id}/replay",
  operation: "replayEvents",
  tag: "webhooks",
  summary: "Deliver a time range of the event log to a webhook again",
  description:
    "Each event keeps its id, so an endpoint that ignores ids it has seen gets only what it missed. What is older than the " +
    "log is passed over.",
  scope: ["webhooks"],
  params: webhookParams,
  body: jsonBody(Replay),
  responses: { 202: { description: "Queued, or counted", content: { "application/json": Replayed } } },
  errors: ["conflict"],
  async handler({ tenant, params, body, seed }) {
    await tenant.webhooks.get(params.id)
    const from = new Date(body.from)
    const to = body.to === undefined ? new Date() : new Date(body.to)
    if (to <= from) throw invalid("to", "must be after from")
    const { matched, nextFrom } = await tenant.webhooks.replay(params.id, { from, to, dryRun: body.dryRun, seed })
    return { status: 202, body: { matched, nextFrom: nextFrom?.toISOString() ?? null } }
  },
})
