import { createHash } from "node:crypto"
import { messageId, renderContent } from "@wildcat/shared/contracts"
import { sendClasses } from "@wildcat/shared/store"
import type { CampaignDoc, CampaignRecipientDoc, OutboxDoc } from "@wildcat/shared/store"

/**
 * The send of a campaign to one recipient. Its ids follow from the two alone: whoever feeds it again, after whatever death,
 * feeds the same message.
 */
export function campaignRow(campaign: CampaignDoc, recipient: CampaignRecipientDoc, now: Date): OutboxDoc {
  const waId = waIdOf(recipient._id)
  const { tenant, account, startAt } = campaign
  return {
    _id: messageId({ account, chat: recipient.to, author: "", waId, fromMe: true }),
    tenant,
    account,
    waId,
    to: recipient.to,
    content: renderContent(campaign.content, recipient.variables),
    quoted: null,
    status: "queued",
    error: null,
    priority: sendClasses.bulk,
    sendAt: null,
    dueAt: startAt !== null && startAt > now ? startAt : now,
    expiresAt: null,
    campaign: campaign._id,
    createdAt: now,
    updatedAt: now,
  }
}

/** In the form that WhatsApp's own clients use: `3EB0` and 18 hex digits. A recipient's id names its campaign, too. */
function waIdOf(recipient: string): string {
  const digest = createHash("sha256").update(`campaign message\n${recipient}`).digest("hex")
  return `3EB0${digest.slice(0, 18).toUpperCase()}`
}
