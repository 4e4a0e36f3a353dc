import { route } from "../../http/route.ts"
import { CampaignView, campaignParams, viewCampaign } from "./campaign-view.ts"

export const getCampaign = route({
  method: "get",
  path: "/v1/campaigns/{id}",
  operation: "getCampaign",
  tag: "campaigns",
  summary: "Get a campaign and how far it is",
  scope: ["messages", "read"],
  params: campaignParams,
  responses: { 200: { description: "The campaign", content: { "application/json": CampaignView } } },
  errors: [],
  async handler({ tenant, params }) {
    return { status: 200, body: await viewCampaign(tenant, await tenant.campaigns.get(params.id)) }
  },
})
