/** The pause before try `attempt` (1 is the first retry): from the list, its last entry repeating, with ±20 % jitter. */
export function jittered(delaysMs: readonly number[], attempt: number, random: () => number = Math.random): number {
  const base = delaysMs[Math.min(attempt, delaysMs.length) - 1] ?? delaysMs.at(-1) ?? 0
  return Math.round(base * (0.8 + 0.4 * random()))
}
