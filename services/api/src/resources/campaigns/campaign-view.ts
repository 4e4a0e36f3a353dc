import { z } from "zod"
import {
  CampaignCounts,
  CampaignPacing,
  CampaignState,
  OutboundContent,
  Person,
  idSchema,
  personOf,
} from "@wildcat/shared/contracts"
import { recipientStates } from "@wildcat/shared/store"
import type { CampaignDoc, CampaignRecipientDoc } from "@wildcat/shared/store"
import type { TenantAccess } from "../../tenant/tenant-access.ts"

export const campaignParams = z.strictObject({ id: idSchema("campaign") })

/** A campaign as the API shows it. */
export const CampaignView = z
  .object({
    id: idSchema("campaign"),
    account: idSchema("account"),
    name: z.string().nullable(),
    content: OutboundContent.describe("With its `{variables}`"),
    pacing: CampaignPacing,
    startAt: z.iso.datetime().nullable(),
    state: CampaignState,
    counts: CampaignCounts,
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({
    id: "Campaign",
    example: {
      id: "cmp_01JDGZ8Q4W0000000000000000",
      account: "acc_01JDGZ8Q4W0000000000000000",
      name: "Opening hours",
      content: { type: "text", text: "Hello {name}" },
      pacing: {
        delaySeconds: { min: 3, max: 5 },
        batch: { size: 50, pauseSeconds: 60 },
        quietHours: { from: "21:00", to: "08:00", timeZone: "Europe/Berlin" },
      },
      startAt: null,
      state: "running",
      counts: { total: 3, pending: 1, queued: 1, sent: 1, failed: 0, unknown: 0, expired: 0, cancelled: 0 },
      createdAt: "2026-11-24T10:00:00.000Z",
      updatedAt: "2026-11-24T10:05:00.000Z",
    },
  })

export async function viewCampaign(tenant: TenantAccess, campaign: CampaignDoc) {
  const { _id, tenant: _tenant, open: _open, startAt, createdAt, updatedAt, ...shown } = campaign
  return {
    id: _id,
    ...shown,
    startAt: startAt?.toISOString() ?? null,
    counts: await tenant.campaigns.counts(campaign),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  }
}

/** One person of a campaign. */
export const RecipientView = z
  .object({
    to: Person,
    variables: z.record(z.string(), z.string()),
    state: z.enum(recipientStates),
    message: idSchema("message").nullable().describe("Its message, once it was queued"),
    error: z.object({ code: z.string(), text: z.string() }).nullable(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: "CampaignRecipient" })

export function viewRecipient({ to, variables, state, message, error, updatedAt }: CampaignRecipientDoc) {
  return { to: personOf(to), variables, state, message, error, updatedAt: updatedAt.toISOString() }
}
