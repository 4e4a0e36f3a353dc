import { setTimeout as pause } from "node:timers/promises"
import { serviceNames } from "@wildcat/testkit"
import type { ServiceName, Stack } from "@wildcat/testkit"

/** Starts services again when they end by themselves, as Kubernetes would. Returns how to leave them alone. */
export function supervise(stack: Stack, tell: (text: string) => void): () => void {
  const watching = new AbortController()
  for (const name of serviceNames) void watch(name, stack, tell, watching.signal)
  return () => watching.abort()
}

async function watch(name: ServiceName, stack: Stack, tell: (text: string) => void, leave: AbortSignal): Promise<void> {
  for (;;) {
    const { code, signal } = await stack.services[name].exited
    if (leave.aborted) return
    tell(`${name} ended (${signal ?? `exit code ${code}`}); starting it again`)
    try {
      await stack.restart(name)
      tell(`${name} is up again`)
    } catch (error) {
      if (leave.aborted) return
      tell(`${name} does not start: ${error instanceof Error ? error.message : String(error)}`)
      await pause(5_000)
    }
  }
}
