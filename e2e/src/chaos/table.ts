import { hows } from "./plan.ts"
import type { StormReport } from "./storm.ts"

const examplesMax = 10

/** The report as a short table for a person. */
export function tableOf(report: StormReport): string {
  const { ledger } = report
  const blows = hows.map((how) => `${sumOf(report, how)} ${how}`).join(", ")
  const rows: [string, string | number][] = [
    ["seed", report.seed],
    ["blows", `${Object.values(report.blows).reduce((sum, count) => sum + count, 0)} (${blows})`],
    [
      "storm, settling",
      `${report.stormSeconds} s, ${report.settleSeconds === null ? "not settled" : `${report.settleSeconds} s`}`,
    ],
    ["logins of sessions", report.logins],
    [
      "ended by themselves",
      Object.entries(report.ownEnds)
        .map((entry) => entry.join(" ×"))
        .join(", ") || "none",
    ],
    ["requests to send", `${ledger.requests} (${ledger.tries} tries)`],
    ["messages received", ledger.received],
    ["events, webhook calls", `${ledger.events}, ${ledger.deliveries}`],
    ["lost", ledger.lost.length],
    ["doubled", ledger.doubled.length],
    ["gaps in sequence", ledger.gaps.length],
    ["untrue states", ledger.untrue.length],
    [
      "copies under one id",
      `${ledger.copies.atContacts} at contacts, ${ledger.copies.inStream} in the stream, ${ledger.copies.atWebhook} at the webhook`,
    ],
  ]
  const width = Math.max(...rows.map(([name]) => name.length))
  const faults = [ledger.lost, ledger.doubled, ledger.gaps, ledger.untrue].flatMap((each) => each.slice(0, examplesMax))
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...faults.map((fault) => `  ✗ ${fault}`),
  ].join("\n")
}

function sumOf({ blows }: StormReport, how: string): number {
  return Object.entries(blows).reduce((sum, [key, count]) => (key.endsWith(` ${how}`) ? sum + count : sum), 0)
}
