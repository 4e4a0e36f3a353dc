/** Bounds what is under way: in all, per host and per webhook. */
export interface Slots {
  /** Attempts that may begin now to this webhook; at most `limit` in all. */
  free(webhook: string, host: string, limit: number): number
  take(webhook: string, host: string): void
  release(webhook: string, host: string): void
  /** Attempts under way to this webhook. */
  taken(webhook: string): number
}

export function createSlots(limits: { total: number; host: number }): Slots {
  const byWebhook = createCounter()
  const byHost = createCounter()
  let running = 0
  return {
    free: (webhook, host, limit) =>
      Math.max(0, Math.min(limit - byWebhook.get(webhook), limits.host - byHost.get(host), limits.total - running)),
    take(webhook, host) {
      byWebhook.add(webhook, 1)
      byHost.add(host, 1)
      running += 1
    },
    release(webhook, host) {
      byWebhook.add(webhook, -1)
      byHost.add(host, -1)
      running -= 1
    },
    taken: (webhook) => byWebhook.get(webhook),
  }
}

function createCounter() {
  const counts = new Map<string, number>()
  return {
    get: (key: string) => counts.get(key) ?? 0,
    add(key: string, change: number) {
      const next = (counts.get(key) ?? 0) + change
      if (next > 0) counts.set(key, next)
      else counts.delete(key)
    },
  }
}
