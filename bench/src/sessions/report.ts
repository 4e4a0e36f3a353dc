import { bytesEach } from "./crowd.ts"
import type { Memory } from "./crowd.ts"
import type { SessionsResult } from "./measure-sessions.ts"

/** What was measured, for a person to read. */
export function reportOf({ wildcat, baileys, takenOver, aways }: SessionsResult): string {
  const ratio = (wildcat.sendsPerSecond / baileys.sendsPerSecond).toFixed(2)
  const rate = (each: number) => `${each.toFixed(0)}/s`
  const more = bytesEach(takenOver) - bytesEach(baileys.memory)
  return [
    "resident memory at rest",
    `  plain Baileys           ${memoryOf(baileys.memory)}`,
    `  Wildcat, just linked    ${memoryOf(wildcat.memory)}`,
    `  Wildcat, taken over     ${memoryOf(takenOver)}`,
    `  one more session, taken over, beyond plain Baileys: ${megabytes(more)}`,
    `sends of ${wildcat.memory.all.sessions} accounts: Wildcat ${rate(wildcat.sendsPerSecond)}, plain Baileys ${rate(baileys.sendsPerSecond)}, ratio ${ratio}`,
    ...aways.map(
      ({ blow, accounts, p50Ms, maxMs, allBackMs }) =>
        `away after ${blow}, ${accounts} sessions: p50 ${seconds(p50Ms)}, max ${seconds(maxMs)}, all back after ${seconds(allBackMs)}`,
    ),
  ].join("\n")
}

function memoryOf(memory: Memory): string {
  const { some, all } = memory
  const total = `${megabytes(some.bytes)} with ${some.sessions}, ${megabytes(all.bytes)} with ${all.sessions}`
  return `${megabytes(bytesEach(memory))} per session (${total})`
}

const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(2)} MB`
const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`
