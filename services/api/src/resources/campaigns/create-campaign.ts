import { z } from "zod"
import { CampaignPacing, idSchema, mediaFields, templateFault, textCharsMax } from "@wildcat/shared/contracts"
import { RecipientFault, RecipientInput, readRecipient } from "../../campaigns/read-recipients.ts"
import { jsonBody } from "../../http/body-reader.ts"
import { invalid } from "../../http/parse-input.ts"
import { route } from "../../http/route.ts"
import { normaliseContent } from "../messages/normalise-content.ts"
import { MediaSource } from "../messages/send-body.ts"
import { CampaignView, viewCampaign } from "./campaign-view.ts"

/** More people than this come as a stream. */
const recipientsMax = 1_000
const bodyBytesMax = 8 * 1024 * 1024

const CampaignText = z.strictObject({ type: z.literal("text"), text: z.string().min(1).max(textCharsMax) })

const NewCampaign = z
  .strictObject({
    account: idSchema("account"),
    name: z.string().trim().min(1).max(100).optional(),
    content: z
      .discriminatedUnion("type", [
        CampaignText,
        z.strictObject({ ...mediaFields.image, media: MediaSource }),
        z.strictObject({ ...mediaFields.video, media: MediaSource }),
        z.strictObject({ ...mediaFields.audio, media: MediaSource }),
        z.strictObject({ ...mediaFields.document, media: MediaSource }),
        z.strictObject({ ...mediaFields.sticker, media: MediaSource }),
      ])
      .describe("`{name}` in a text or caption is each recipient's variable of that name; `{{` and `}}` are braces"),
    pacing: CampaignPacing.prefault({}),
    startAt: z.iso
      .datetime({ offset: true })
      .transform((text) => new Date(text))
      .optional()
      .describe("Nothing is sent before, also when it was started"),
    recipients: z
      .array(RecipientInput)
      .max(recipientsMax)
      .default([])
      .describe(`The first ${recipientsMax} people at most; more by \`POST …/recipients\``),
  })
  .meta({
    id: "NewCampaign",
    example: {
      account: "acc_01JDGZ8Q4W0000000000000000",
      content: { type: "text", text: "Hello {name}" },
      pacing: { quietHours: { from: "21:00", to: "08:00", timeZone: "Europe/Berlin" } },
      recipients: [{ to: "+49 151 12345678", variables: { name: "Ada" } }],
    },
  })

export const createCampaign = route({
  method: "post",
  path: "/v1/campaigns",
  operation: "createCampaign",
  tag: "campaigns",
  summary: "Create a campaign: one content to many people",
  description:
    "It is a draft until it is started. Each person is in it once, and gets one message, whatever dies meanwhile. The " +
    "account's own pacing applies on top of the campaign's.",
  scope: ["messages"],
  body: jsonBody(NewCampaign, bodyBytesMax),
  responses: {
    201: {
      description: "Created",
      content: { "application/json": CampaignView },
      headers: { location: "Path of the new campaign" },
    },
  },
  errors: ["media_too_large", "media_not_fetched", "address_not_allowed"],
  async handler({ tenant, body, seed }) {
    const account = await tenant.accounts.get(body.account, "account")
    const fault = templateFault(body.content)
    if (fault !== null) throw invalid(`content.${fault.field}`, fault.detail)
    const content = await normaliseContent(tenant, body.content, seed)
    const people = body.recipients.map((recipient, index) => ({
      ...at(index, () => readRecipient(recipient, content)),
      place: `${seed}:${String(index).padStart(9, "0")}`,
    }))
    const { pacing, startAt = null, name = null } = body
    const campaign = await tenant.campaigns.create({ account: account._id, name, content, pacing, startAt }, seed)
    await tenant.campaigns.add(campaign, people)
    const headers = { location: `/v1/campaigns/${campaign._id}` }
    return { status: 201, headers, body: await viewCampaign(tenant, campaign) }
  },
})

/** A fault of one recipient is told by its index. */
function at<T>(index: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RecipientFault) throw invalid(`recipients.${index}.${error.field}`, error.message)
    throw error
  }
}
