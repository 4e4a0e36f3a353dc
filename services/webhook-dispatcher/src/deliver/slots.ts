/** Bounds what is under way: in all, and per webhook. */
export interface Slots {
  /** Attempts that may begin now to this webhook. */
  free(webhook: string): number
  take(webhook: string): void
  /** Ends an attempt. `worked` tells whether the endpoint answered as it should. */
  release(webhook: string, worked: boolean): void
  /** Attempts that may begin now in all. */
  freeInAll(): number
}

/** After so many failures in a row an endpoint gets one attempt at a time: slow failures must not hold all slots. */
const failuresInRowMax = 3
/** Failing webhooks remembered at once. */
const failingMax = 10_000

export function createSlots(limits: { total: number; each: number }): Slots {
  const taken = new Map<string, number>()
  const failures = new Map<string, number>()
  let running = 0
  return {
    free(webhook) {
      const limit = (failures.get(webhook) ?? 0) >= failuresInRowMax ? 1 : limits.each
      return Math.max(0, Math.min(limit - (taken.get(webhook) ?? 0), limits.total - running))
    },
    take(webhook) {
      taken.set(webhook, (taken.get(webhook) ?? 0) + 1)
      running += 1
    },
    release(webhook, worked) {
      running -= 1
      const left = (taken.get(webhook) ?? 1) - 1
      if (left > 0) taken.set(webhook, left)
      else taken.delete(webhook)
      const row = worked ? 0 : (failures.get(webhook) ?? 0) + 1
      failures.delete(webhook)
      if (row > 0) failures.set(webhook, row)
      const [oldest] = failures.keys()
      if (failures.size > failingMax && oldest !== undefined) failures.delete(oldest)
    },
    freeInAll: () => limits.total - running,
  }
}
