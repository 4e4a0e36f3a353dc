import { WildcatError } from "@wildcat/shared/contracts"
import type { CampaignState } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import type { Route } from "../../http/route.ts"
import { CampaignView, campaignParams, viewCampaign } from "./campaign-view.ts"

const content = { "application/json": CampaignView }

interface Move {
  verb: "start" | "pause" | "resume" | "cancel"
  from: readonly CampaignState[]
  to: CampaignState
  summary: string
  description: string
}

export const startCampaign = moveRoute({
  verb: "start",
  from: ["draft"],
  to: "running",
  summary: "Start a campaign",
  description:
    "Its account's worker feeds the queue from it, a few people at a time. Without people it is 409 `conflict`.",
})

export const pauseCampaign = moveRoute({
  verb: "pause",
  from: ["running"],
  to: "paused",
  summary: "Pause a campaign",
  description: "From this answer on none of its messages begins to leave; what is on its way arrives.",
})

export const resumeCampaign = moveRoute({
  verb: "resume",
  from: ["paused"],
  to: "running",
  summary: "Go on with a paused campaign",
  description: "Where it stopped.",
})

export const cancelCampaign = moveRoute({
  verb: "cancel",
  from: ["draft", "running", "paused"],
  to: "cancelled",
  summary: "Cancel a campaign for good",
  description: "As a pause, without a way back. Who has no message yet gets none.",
})

function moveRoute({ verb, from, to, summary, description }: Move): Route {
  return route({
    method: "post",
    path: `/v1/campaigns/{id}/${verb}`,
    operation: `${verb}Campaign`,
    tag: "campaigns",
    summary,
    description,
    scope: ["messages"],
    params: campaignParams,
    responses: {
      200: { description: "It is so", content },
      202: {
        description: "Its account's worker cannot be reached; it learns of it before it sends anything more",
        content,
      },
    },
    errors: [],
    async handler({ tenant, params }) {
      if (verb === "start") await requirePeople(tenant.campaigns, params.id)
      const campaign = await tenant.campaigns.move(params.id, from, to)
      const told = await tell(
        () => tenant.accounts.get(campaign.account),
        async (account) => {
          await tenant.sessions.command(account, "campaign.look", { campaign: campaign._id })
        },
      )
      return { status: told ? 200 : 202, body: await viewCampaign(tenant, campaign) }
    },
  })
}

async function requirePeople(
  campaigns: Pick<Parameters<typeof viewCampaign>[0]["campaigns"], "get" | "counts">,
  id: string,
): Promise<void> {
  const { total } = await campaigns.counts(await campaigns.get(id))
  if (total === 0) throw new WildcatError("conflict", { detail: "the campaign has no recipients", field: "path.id" })
}

/** False when the owner, if there is one, has not confirmed. Without one there is nobody who could send. */
async function tell<T>(find: () => Promise<T>, order: (found: T) => Promise<void>): Promise<boolean> {
  try {
    await order(await find())
    return true
  } catch (error) {
    if (error instanceof WildcatError) return false
    throw error
  }
}
