import { once } from "node:events"
import type { Response } from "express"
import type { RecipientOutcome } from "../../tenant/campaigns.ts"
import { route } from "../../http/route.ts"
import { campaignParams } from "./campaign-view.ts"

const columns = ["to", "state", "message", "message_status", "error", "detail", "updated_at"] as const

export const getOutcomes = route({
  method: "get",
  path: "/v1/campaigns/{id}/outcomes.csv",
  operation: "getCampaignOutcomes",
  tag: "campaigns",
  summary: "What became of each person's message, as CSV",
  description: `Columns: ${columns.map((name) => `\`${name}\``).join(", ")}. \`message_status\` tells whether it was delivered or read.`,
  scope: ["messages", "read"],
  params: campaignParams,
  responses: { 200: { description: "Everybody, in the campaign's order", content: { "text/csv": null } } },
  errors: [],
  async handler({ tenant, params }) {
    const campaign = await tenant.campaigns.get(params.id)
    return { stream: (response) => write(response, campaign._id, tenant.campaigns.outcomes(campaign)) }
  },
})

async function write(response: Response, id: string, outcomes: AsyncIterable<RecipientOutcome[]>): Promise<void> {
  response.status(200).set({
    "content-type": "text/csv; charset=utf-8",
    "content-disposition": `attachment; filename="${id}.csv"`,
  })
  response.write(`${columns.join(",")}\r\n`)
  for await (const some of outcomes) {
    if (response.destroyed) return
    if (!response.write(some.map(rowOf).join("")))
      await Promise.race([once(response, "drain"), once(response, "close")])
  }
  response.end()
}

function rowOf({ to, state, message, sent, error, updatedAt }: RecipientOutcome): string {
  const fields = [
    to,
    state,
    message ?? "",
    sent?.status ?? "",
    error?.code ?? "",
    error?.text ?? "",
    updatedAt.toISOString(),
  ]
  return `${fields.map(quoted).join(",")}\r\n`
}

/** RFC 4180. */
function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field
}
