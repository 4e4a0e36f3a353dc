import { z } from "zod"
import { idSchema } from "./ids.ts"
import { QuietHours } from "./quiet-hours.ts"

const seconds = z.number().min(0).max(86_400)

/** How a campaign goes out. The account's own pacing applies on top of it. */
export const CampaignPacing = z.strictObject({
  delaySeconds: z
    .strictObject({ min: seconds, max: seconds })
    .refine(({ min, max }) => min <= max, { path: ["max"], message: "must not be less than min" })
    .default({ min: 3, max: 5 })
    .describe("Pause after a message, drawn anew each time"),
  batch: z
    .strictObject({ size: z.number().int().min(1).max(100_000), pauseSeconds: seconds })
    .nullable()
    .default({ size: 50, pauseSeconds: 60 })
    .describe("A longer pause after so many messages; null for none"),
  quietHours: QuietHours.nullable().default(null).describe("Nothing is sent then; null for none"),
})
export type CampaignPacing = z.infer<typeof CampaignPacing>

/** `draft` until it is started; `completed` when everybody's message has left or failed. */
export const CampaignState = z
  .enum(["draft", "running", "paused", "completed", "cancelled"])
  .meta({ id: "CampaignState" })
export type CampaignState = z.infer<typeof CampaignState>

/** Recipients by what became of their messages. */
export const CampaignCounts = z
  .object({
    total: z.number().int(),
    pending: z.number().int().describe("Nothing was done for them yet"),
    queued: z.number().int().describe("Their message is about to leave"),
    sent: z.number().int().describe("WhatsApp's server has their message"),
    failed: z.number().int().describe("Their message could not be sent, as when the number is not on WhatsApp"),
    unknown: z.number().int().describe("Nobody can know whether their message was sent"),
    expired: z.number().int(),
    cancelled: z.number().int(),
  })
  .meta({ id: "CampaignCounts" })
export type CampaignCounts = z.infer<typeof CampaignCounts>

/** Data of `campaign.progress`. */
export const CampaignProgress = z.object({
  campaign: idSchema("campaign"),
  state: CampaignState,
  counts: CampaignCounts,
  at: z.iso.datetime(),
})
export type CampaignProgress = z.infer<typeof CampaignProgress>

/** Where the next message of a campaign stands: not before `nextAt` (milliseconds since 1970), the n-th of its batch. */
export interface Feed {
  nextAt: number
  inBatch: number
}
