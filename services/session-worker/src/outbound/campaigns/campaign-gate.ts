import { afterQuietHours, nextSlot } from "@wildcat/shared/contracts"
import type { Feed } from "@wildcat/shared/contracts"
import type { CampaignDoc, OutboxDoc } from "@wildcat/shared/store"
import type { SessionState, StateChanges } from "../../log/state.ts"
import type { Verdict } from "../verdict.ts"

/** Stands before each message of a campaign. */
export interface CampaignGate {
  /** Null: as far as campaigns are concerned, it may go now. */
  verdictOf(row: OutboxDoc, now: number): Exclude<Verdict, { do: "send" | "wait" }> | null
  /** What the session must know of a campaign when a message of it is sent; null for other messages. */
  noting(row: OutboxDoc, now: number): StateChanges | null
}

/** Pauses and quiet hours are kept by what the session's state knows of the campaign, so also by the next owner. */
export function createCampaignGate(options: {
  state: SessionState
  /** The campaign as it was last read; undefined when it was not read yet. */
  campaign(id: string): CampaignDoc | undefined
  /** It is to be read. */
  unknown(id: string): void
}): CampaignGate {
  const feedOf = (id: string): Feed => options.state.get("campaign", id) ?? { nextAt: 0, inBatch: 0 }
  return {
    verdictOf({ campaign: id }, now) {
      if (id == null) return null
      const campaign = options.campaign(id)
      if (campaign === undefined) {
        options.unknown(id)
        return { do: "skip" }
      }
      if (campaign.state === "paused") return { do: "skip" }
      if (campaign.state !== "running") return { do: "end", status: "cancelled" }
      const until = afterQuietHours(campaign.pacing.quietHours, Math.max(now, feedOf(id).nextAt))
      return until > now ? { do: "put-off", until, reason: null } : null
    },
    noting({ campaign: id }, now) {
      const campaign = id == null ? undefined : options.campaign(id)
      if (campaign === undefined) return null
      const { feed } = nextSlot(campaign.pacing, feedOf(campaign._id), { now, random: Math.random() })
      return { campaign: { [campaign._id]: feed } }
    },
  }
}
