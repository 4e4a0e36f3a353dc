import { serviceNames } from "@wildcat/testkit"
import { documentBytes } from "./measure-media.ts"
import type { MediaWork } from "./measure-media.ts"

/** No service's memory may rise by more, in bytes. */
export const raiseMax = 64 * 1024 * 1024

export function isFlat(works: readonly MediaWork[]): boolean {
  return works.every(({ raises }) => Object.values(raises).every((raise) => raise <= raiseMax))
}

/** A line for each work, a column for each service. */
export function reportOf(works: readonly MediaWork[]): string {
  const megabytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)
  return [
    `how far the resident memory of each service rose, in MB, for one document of ${documentBytes / 1e6} MB (goal: at most ${megabytes(raiseMax)})`,
    ["", ...serviceNames, "seconds"].map((each) => each.padStart(19)).join(""),
    ...works.map(({ what, seconds, raises }) =>
      [what, ...serviceNames.map((name) => megabytes(raises[name])), seconds.toFixed(1)]
        .map((each) => each.padStart(19))
        .join(""),
    ),
    isFlat(works) ? "flat" : "NOT FLAT",
  ].join("\n")
}
