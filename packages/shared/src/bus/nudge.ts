import type { Bus } from "./connect.ts"

/** Tells whoever listens to look again, at everything or at the things with these ids. Lossy by design: listeners also look by themselves from time to time. */
export function nudge(bus: Bus, subject: string, about: readonly string[] = []): void {
  if (!bus.connection.isClosed()) bus.connection.publish(subject, about.join(" "))
}

/** Calls `look` at each nudge, with the ids that it names; none means everything. */
export function onNudge(bus: Bus, subject: string, look: (about: string[]) => void): { stop(): void } {
  const subscription = bus.connection.subscribe(subject, {
    callback: (error, message) => {
      if (error) return bus.log.error({ error, subject }, "nudge.subscription_failed")
      look(
        message
          .string()
          .split(" ")
          .filter((id) => id !== ""),
      )
    },
  })
  return { stop: () => subscription.unsubscribe() }
}
