import { faultPoint } from "@wildcat/shared/runtime"
import type { Entry } from "./entry.ts"

/** By what came from WhatsApp: how to see it in what is committed. */
const ways: Record<string, (entry: Entry) => boolean> = {
  receipt: ({ marks }) => marks.some(({ step }) => step.status === "delivered" || step.status === "read"),
  notice: ({ state }) => state.notice !== undefined,
  token: ({ state }) => state.tctoken !== undefined,
  lid: ({ state }) => state["lid-mapping"] !== undefined || state.names !== undefined,
  keys: ({ state }) => state["app-state-sync-key"] !== undefined,
  channel: ({ messages }) => messages.some(({ chat }) => chat.kind === "newsletter"),
  missed: ({ state }) => state.missed !== undefined,
}

/** For tests: dies before, or after, something of this way is committed; WhatsApp has no answer to it in both cases. */
export function passFaultPoints(
  entry: Entry,
  where: "after-staging-before-commit" | "after-commit-before-answer",
): void {
  for (const [way, isIn] of Object.entries(ways)) if (isIn(entry)) faultPoint(`${way}.${where}`)
}
