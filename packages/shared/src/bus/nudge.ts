import type { Bus } from "./connect.ts"

/** Tells whoever listens to look again. Lossy by design: listeners also look by themselves from time to time. */
export function nudge(bus: Bus, subject: string): void {
  if (!bus.connection.isClosed()) bus.connection.publish(subject)
}

/** Calls `look` at each nudge. */
export function onNudge(bus: Bus, subject: string, look: () => void): { stop(): void } {
  const subscription = bus.connection.subscribe(subject, {
    callback: (error) => {
      if (error) return bus.log.error({ error, subject }, "nudge.subscription_failed")
      look()
    },
  })
  return { stop: () => subscription.unsubscribe() }
}
