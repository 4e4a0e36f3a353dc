import { z } from "zod"
import { recipientStates } from "@wildcat/shared/store"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { RecipientView, campaignParams, viewRecipient } from "./campaign-view.ts"

export const listRecipients = route({
  method: "get",
  path: "/v1/campaigns/{id}/recipients",
  operation: "listRecipients",
  tag: "campaigns",
  summary: "List people of a campaign in its order",
  scope: ["messages", "read"],
  params: campaignParams,
  query: z.strictObject({ ...pageQuery, state: z.enum(recipientStates).optional() }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(RecipientView) } } },
  errors: [],
  async handler({ tenant, params, query }) {
    const page = await tenant.campaigns.recipients(await tenant.campaigns.get(params.id), query)
    return { status: 200, body: { ...page, items: page.items.map(viewRecipient) } }
  },
})
