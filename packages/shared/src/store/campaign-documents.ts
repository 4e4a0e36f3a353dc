import type { CampaignPacing, CampaignState, MessageStatus, OutboundContent, SentLately } from "../contracts/index.ts"

/** What an account has sent lately, as its session log says: for the API to tell the budget. `_id` is the account's. */
export interface BudgetDoc {
  _id: string
  sent: SentLately
}

/** One content to many people. The API sets `state`; the account's owner feeds the outbox, and completes it. */
export interface CampaignDoc {
  _id: string
  tenant: string
  account: string
  name: string | null
  /** Its texts hold `{variables}`. */
  content: OutboundContent
  pacing: CampaignPacing
  startAt: Date | null
  state: CampaignState
  /** Its account's owner has to care for it: from its start until the last of its messages has ended. */
  open: boolean
  createdAt: Date
  updatedAt: Date
}

/** One person of a campaign. `_id` is derived from both: nobody is in a campaign twice. */
export interface CampaignRecipientDoc {
  _id: string
  tenant: string
  account: string
  campaign: string
  /** Canonical JID. */
  to: string
  variables: Record<string, string>
  /** Place in the campaign. */
  place: string
  /** `pending` until its message is in the outbox, then `queued`, then how it ended there. */
  state: RecipientState
  message: string | null
  error: { code: string; text: string } | null
  updatedAt: Date
}

export const recipientStates = ["pending", "queued", "sent", "failed", "unknown", "expired", "cancelled"] as const
export type RecipientState = (typeof recipientStates)[number]

/** How a message that left the outbox ended for its recipient; null while it is under way. */
export function recipientStateOf(status: MessageStatus): Exclude<RecipientState, "pending" | "queued"> | null {
  if (status === "queued" || status === "sending") return null
  if (status === "failed" || status === "unknown" || status === "expired" || status === "cancelled") return status
  return "sent"
}
