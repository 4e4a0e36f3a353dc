import { setTimeout as pause } from "node:timers/promises"

/**
 * Asks every `everyMs` (default 25) until the answer is neither null, undefined nor false, and returns it.
 * Throws after `timeoutMs` (default 60 s, far above what any condition takes: it bounds a hang), naming `what`; a question that throws counts as "not yet".
 */
export async function waitUntil<T>(
  what: string,
  ask: () => Promise<T> | T,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<Exclude<T, null | undefined | false>> {
  const deadline = performance.now() + (options.timeoutMs ?? 60_000)
  let lastError: unknown
  for (;;) {
    try {
      const answer = await ask()
      if (answer !== null && answer !== undefined && answer !== false)
        return answer as Exclude<T, null | undefined | false>
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    if (performance.now() > deadline) throw new Error(`waited in vain: ${what}`, { cause: lastError })
    await pause(options.everyMs ?? 25)
  }
}
