import { fileURLToPath } from "node:url"
import { freePort, startProcess } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import type { Place } from "./place.ts"

const entry = fileURLToPath(new URL("../main.ts", import.meta.url))

/** A dispatcher as a process of its own, with short times, that may call this machine over HTTP. */
export async function startDispatcherProcess(place: Place, env: Record<string, string> = {}): Promise<ServiceProcess> {
  const port = String(await freePort())
  return startProcess({
    entry,
    env: {
      ...place.env,
      DISPATCHER_PORT: port,
      HEALTH_HOST: "127.0.0.1",
      ALLOW_HTTP_WEBHOOKS: "true",
      ALLOWED_PRIVATE_RANGES: "127.0.0.0/8",
      WEBHOOK_RETRY_PAUSES_MS: "50",
      WEBHOOK_RETRY_PAUSE_MS_MAX: "50",
      WEBHOOK_ATTEMPTS_MAX: "4",
      WEBHOOK_BREAKER_PAUSE_MS: "0",
      DISPATCHER_BEAT_MS: "100",
      DISPATCHER_DEAD_MS: "1000",
      WEBHOOK_TIMEOUT_MS: "5000",
      WEBHOOK_LEASE_MARGIN_MS: "1000",
      ...env,
    },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  })
}
