import type { Route } from "../../http/route.ts"
import { addRecipients } from "./add-recipients.ts"
import { createCampaign } from "./create-campaign.ts"
import { getCampaign } from "./get-campaign.ts"
import { getOutcomes } from "./get-outcomes.ts"
import { listCampaigns } from "./list-campaigns.ts"
import { listRecipients } from "./list-recipients.ts"
import { cancelCampaign, pauseCampaign, resumeCampaign, startCampaign } from "./move-campaign.ts"

export const campaignRoutes: readonly Route[] = [
  createCampaign,
  listCampaigns,
  getCampaign,
  addRecipients,
  listRecipients,
  startCampaign,
  pauseCampaign,
  resumeCampaign,
  cancelCampaign,
  getOutcomes,
]
