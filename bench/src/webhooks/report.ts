/** What was measured of webhooks. */
export interface WebhookRates {
  deliveries: number
  webhooks: number
  bytes: number
  perSecond: number
  /** The same posts by a plain got loop. */
  plainPerSecond: number
  /** From an event's publication to its arrival, in a burst and alone. */
  latenciesMs: readonly number[]
  singleMs: readonly number[]
  /** Documents written per delivery; null where the database does not count. */
  writes: number | null
}

export function reportOf(rates: WebhookRates): string {
  const { deliveries, webhooks, bytes, perSecond, plainPerSecond, writes } = rates
  const times = (values: readonly number[]) =>
    `p50 ${percentile(values, 0.5).toFixed(1)} ms, p99 ${percentile(values, 0.99).toFixed(1)} ms`
  return [
    `${deliveries} deliveries of ${bytes} bytes to ${webhooks} webhooks of one host`,
    `Wildcat, each recorded:  ${perSecond.toFixed(0)} deliveries/s`,
    `plain got loop:          ${plainPerSecond.toFixed(0)} posts/s`,
    `ratio:                   ${(perSecond / plainPerSecond).toFixed(2)} (goal: at least 0.5)`,
    `from event to arrival:   in the burst ${times(rates.latenciesMs)}; alone ${times(rates.singleMs)}`,
    `database writes:         ${writes === null ? "not counted by this server" : `${writes.toFixed(2)} per delivery`}`,
  ].join("\n")
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
