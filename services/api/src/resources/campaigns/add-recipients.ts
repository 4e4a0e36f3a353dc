import { z } from "zod"
import { WildcatError } from "@wildcat/shared/contracts"
import type { CampaignDoc } from "@wildcat/shared/store"
import { RecipientFault, readLines, readRecipient } from "../../campaigns/read-recipients.ts"
import type { Line, Recipient } from "../../campaigns/read-recipients.ts"
import { route } from "../../http/route.ts"
import type { PlacedRecipient } from "../../tenant/campaigns.ts"
import type { TenantAccess } from "../../tenant/tenant-access.ts"
import { campaignParams } from "./campaign-view.ts"
import { recipientsBody } from "./recipients-body.ts"
import type { RecipientsUpload } from "./recipients-body.ts"

const insertsAtATime = 1_000
/** Bad lines beyond these are counted only. */
const faultsShown = 100

const Outcome = z
  .object({
    added: z.number().int(),
    duplicates: z.number().int().describe("They are in the campaign already, or earlier in this list"),
    invalid: z.number().int().describe("Lines that were passed over"),
    errors: z
      .array(z.object({ line: z.number().int(), field: z.string(), detail: z.string() }))
      .describe(`The first ${faultsShown} of these, by line, counted from 1`),
  })
  .meta({
    id: "RecipientsAdded",
    example: {
      added: 2,
      duplicates: 1,
      invalid: 1,
      errors: [{ line: 4, field: "to", detail: "must be a phone number with country code, or the JID of a person" }],
    },
  })

export const addRecipients = route({
  method: "post",
  path: "/v1/campaigns/{id}/recipients",
  operation: "addRecipients",
  tag: "campaigns",
  summary: "Add people to a campaign, as many as there are",
  description:
    'As NDJSON, each line like `{"to":"+491511234567","variables":{"name":"Ada"}}`, or as CSV, whose first line names its ' +
    "columns: `to`, and one for each variable. A line that cannot be used is passed over and reported; the others are added.",
  scope: ["messages"],
  params: campaignParams,
  body: recipientsBody,
  responses: { 200: { description: "Added", content: { "application/json": Outcome } } },
  errors: ["media_too_large"],
  async handler({ tenant, params, body, seed }) {
    const campaign = await tenant.campaigns.get(params.id)
    if (campaign.state === "completed" || campaign.state === "cancelled") {
      throw new WildcatError("conflict", { detail: `the campaign is ${campaign.state}`, field: "path.id" })
    }
    const outcome = await addAll(tenant, campaign, { ...body, seed })
    if (campaign.state !== "draft") await tenant.campaigns.reopen(campaign)
    return { status: 200, body: outcome }
  },
})

async function addAll(
  tenant: TenantAccess,
  campaign: CampaignDoc,
  { format, staged, seed }: RecipientsUpload & { seed: string },
): Promise<z.infer<typeof Outcome>> {
  const source = await tenant.media.open(staged.id)
  if (source === null)
    throw new WildcatError("dependency_unavailable", { detail: "the upload was lost; send it again" })
  const errors: z.infer<typeof Outcome>["errors"] = []
  const outcome = { added: 0, duplicates: 0, invalid: 0, errors }
  let valid = 0
  let waiting: PlacedRecipient[] = []
  for await (const line of readLines(source, format)) {
    const read = understand(line, campaign)
    if (read instanceof RecipientFault) {
      outcome.invalid += 1
      if (errors.length < faultsShown) errors.push({ line: line.line, field: read.field, detail: read.message })
      continue
    }
    valid += 1
    waiting.push({ ...read, place: `${seed}:${String(line.line).padStart(9, "0")}` })
    if (waiting.length < insertsAtATime) continue
    await tenant.campaigns.add(campaign, waiting)
    waiting = []
  }
  await tenant.campaigns.add(campaign, waiting)
  outcome.added = await tenant.campaigns.countOfUpload(campaign, seed)
  outcome.duplicates = valid - outcome.added
  // Lines that are no CSV are told a little later than those that are.
  errors.sort((left, right) => left.line - right.line)
  return outcome
}

function understand(line: Line, { content }: CampaignDoc): Recipient | RecipientFault {
  if ("fault" in line) return line.fault
  try {
    return readRecipient(line.input, content)
  } catch (error) {
    if (error instanceof RecipientFault) return error
    throw error
  }
}
