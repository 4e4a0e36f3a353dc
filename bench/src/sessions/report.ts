import type { SessionsResult } from "./measure-sessions.ts"

const mebibyte = 1_024 * 1_024

/** What was measured, for a person to read. */
export function reportOf({ wildcat, baileys, silences }: SessionsResult): string {
  const megabytes = (bytes: number) => `${(bytes / mebibyte).toFixed(2)} MB`
  const ratio = (wildcat.sendsPerSecond / baileys.sendsPerSecond).toFixed(2)
  const rate = (each: number) => `${each.toFixed(0)}/s`
  return [
    `memory of an idle session  Wildcat ${megabytes(wildcat.bytesEach)}, plain Baileys ${megabytes(baileys.bytesEach)}`,
    `sends of ${wildcat.sessions} accounts       Wildcat ${rate(wildcat.sendsPerSecond)}, plain Baileys ${rate(baileys.sendsPerSecond)}, ratio ${ratio}`,
    ...silences.map(
      ({ blow, p50Ms, maxMs }) =>
        `silence after ${blow}  p50 ${(p50Ms / 1_000).toFixed(1)} s, max ${(maxMs / 1_000).toFixed(1)} s`,
    ),
  ].join("\n")
}
