import type { SessionsResult } from "./measure-sessions.ts"

const mebibyte = 1_024 * 1_024

/** What was measured, for a person to read. */
export function reportOf({ wildcat, baileys, takenOverBytesEach, aways }: SessionsResult): string {
  const megabytes = (bytes: number) => `${(bytes / mebibyte).toFixed(2)} MB`
  const ratio = (wildcat.sendsPerSecond / baileys.sendsPerSecond).toFixed(2)
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
  const rate = (each: number) => `${each.toFixed(0)}/s`
  return [
    `memory of an idle session  Wildcat ${megabytes(wildcat.bytesEach)}, plain Baileys ${megabytes(baileys.bytesEach)}`,
    `sends of ${wildcat.sessions} accounts       Wildcat ${rate(wildcat.sendsPerSecond)}, plain Baileys ${rate(baileys.sendsPerSecond)}, ratio ${ratio}`,
    `  of one taken over        Wildcat ${megabytes(takenOverBytesEach)}`,
    ...aways.map(
      ({ blow, accounts, p50Ms, maxMs, allBackMs }) =>
        `away after ${blow}, ${accounts} sessions  p50 ${seconds(p50Ms)}, max ${seconds(maxMs)}, all back after ${seconds(allBackMs)}`,
    ),
  ].join("\n")
}
