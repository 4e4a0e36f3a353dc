import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"
import { pageOf, pageQuery } from "../../http/page.ts"
import { route } from "../../http/route.ts"
import { CampaignView, viewCampaign } from "./campaign-view.ts"

export const listCampaigns = route({
  method: "get",
  path: "/v1/campaigns",
  operation: "listCampaigns",
  tag: "campaigns",
  summary: "List campaigns, newest first",
  scope: ["messages", "read"],
  query: z.strictObject({
    ...pageQuery,
    account: idSchema("account").optional().describe("Only those of this account"),
  }),
  responses: { 200: { description: "A page", content: { "application/json": pageOf(CampaignView) } } },
  errors: [],
  async handler({ tenant, query }) {
    const page = await tenant.campaigns.list(query)
    const items = await Promise.all(page.items.map((campaign) => viewCampaign(tenant, campaign)))
    return { status: 200, body: { ...page, items } }
  },
})
