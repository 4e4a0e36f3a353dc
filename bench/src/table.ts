import type { Result } from "./measure.ts"

/** The results side by side; a ratio above 1 means that Wildcat is faster. */
export function tableOf(pairs: readonly { wildcat: Result; baseline: Result }[]): string {
  const header = ["", "Wildcat msg/s", "p50 ms", "p99 ms", "Baileys msg/s", "p50 ms", "p99 ms", "ratio"]
  const rows = pairs.map(({ wildcat, baseline }) => [
    wildcat.name,
    ...columns(wildcat),
    ...columns(baseline),
    (wildcat.perSecond / baseline.perSecond).toFixed(2),
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join("  ")
  const notes = pairs.map(({ wildcat, baseline }) => `${wildcat.name}: ${noteOf(wildcat, baseline)}`)
  return [header, ...rows].map(line).concat("", notes).join("\n")
}

function columns({ perSecond, latency }: Result): string[] {
  return [perSecond.toFixed(0), latency?.p50Ms.toFixed(1) ?? "-", latency?.p99Ms.toFixed(1) ?? "-"]
}

function noteOf(wildcat: Result, baseline: Result): string {
  return wildcat.note === baseline.note ? wildcat.note : `${wildcat.note} (Baileys: ${baseline.note})`
}
