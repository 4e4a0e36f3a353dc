import { pause } from "@wildcat/shared/runtime"

/** Waits for something to end either way, but not longer than this: for what an orderly end would like and does not need. */
export async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  await Promise.race([Promise.allSettled([work]), pause(ms, done.signal)])
  done.abort()
}
