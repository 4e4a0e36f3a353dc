import type { DelayReason } from "@wildcat/shared/contracts"
import type { OutboxDoc } from "@wildcat/shared/store"
import type { StateChanges } from "../log/state.ts"
import type { CampaignGate } from "./campaigns/campaign-gate.ts"
import type { AccountPacing } from "./pacing/account-pacing.ts"

/** What is to be done about a row that is due. */
export type Verdict =
  /** `noting` is what the session must know of it, if it is sent now. */
  | { do: "send"; noting: ((now: number) => StateChanges) | null }
  | { do: "end"; status: "expired" | "cancelled" }
  /** This row waits, until a time in milliseconds since 1970; others may go. */
  | { do: "put-off"; until: number; reason: DelayReason | null }
  /** It and everything of its class and later ones waits. */
  | { do: "wait"; until: number }
  /** Another time, when somebody calls. */
  | { do: "skip" }

/** Decides about a row. Nothing is asked of MongoDB for rows of accounts without pacing. */
export async function verdictOf(
  row: OutboxDoc,
  parts: { pacing: AccountPacing; campaigns: CampaignGate },
  now: number,
): Promise<Verdict> {
  const ended = endOf(row, now)
  if (ended !== null) return { do: "end", status: ended }
  if (row.dueAt.getTime() > now) return { do: "put-off", until: row.dueAt.getTime(), reason: null }
  const gate = parts.campaigns.verdictOf(row, now)
  if (gate !== null) return gate
  return parts.pacing.isOff ? { do: "send", noting: null } : parts.pacing.verdictOf(row, now)
}

/** How a queued row ends without being sent; null when it does not. */
export function endOf(row: OutboxDoc, now: number): "expired" | "cancelled" | null {
  if (row.cancel) return "cancelled"
  return row.expiresAt !== null && row.expiresAt.getTime() <= now ? "expired" : null
}
