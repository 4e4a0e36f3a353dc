import { readFileSync } from "node:fs"
import { setStage } from "@wildcat/demo"
import type { Stage } from "@wildcat/demo"
import { isolated, waitUntil } from "@wildcat/testkit"
import type { ServiceName } from "@wildcat/testkit"
import { z } from "zod"

const Account = z.object({ id: z.string(), status: z.string() })
const Qr = z.object({ qr: z.string().nullable() })

/** A running gateway with one linked account, one contact and one webhook for everything. */
export interface LinkedStage extends Stage {
  account: string
  /** Phone number of the account. */
  phone: string
  contact: { id: string; phone: string }
  /** A call with the admin key that the demo's client does not know. */
  fetch(path: string, init?: RequestInit): Promise<Response>
  /** Kills a service with -9 and starts it again so that it dies at the named point. */
  arm(service: ServiceName, faultPoint: string): Promise<void>
  /** Waits until an armed service has died, and starts it again without the fault. */
  revive(service: ServiceName): Promise<void>
}

export async function linkStage(): Promise<LinkedStage> {
  const place = isolated()
  const stage = await setStage({
    ...place,
    env: { NODE_ENV: "test", PACING_DEFAULT: "off", WEBHOOK_RETRY_PAUSES_MS: "200,500,1000,2000" },
  })
  const { api, simulator, stack } = stage
  await api.post("/v1/webhooks", { url: stage.receiver.url, events: ["*"] }, z.object({ id: z.string() }))
  const account = await linkAccount(stage, "Shop")
  return {
    ...stage,
    account: account.id,
    phone: account.phone,
    contact: await simulator.createContact({ name: "Ada" }),
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers)
      headers.set("x-api-key", readFileSync(stage.keyFile, "utf8").trim())
      return fetch(stack.apiUrl + path, { ...init, headers })
    },
    arm: async (service, faultPoint) => {
      stack.services[service].kill("SIGKILL")
      await stack.services[service].exited
      await stack.restart(service, { WILDCAT_FAULT_POINT: faultPoint })
    },
    revive: async (service) => {
      const died = stack.services[service].exited
      const { signal } = await Promise.race([died, timeLimit(`${service} dies at its fault point`)])
      if (signal !== "SIGKILL") throw new Error(`${service} did not die at its fault point`)
      await stack.restart(service)
    },
    stop: async () => {
      await stage.stop()
      await place.cleanup()
    },
  }
}

/** Makes an account and links it to a new phone. */
export async function linkAccount({ api, simulator }: Stage, name: string): Promise<{ id: string; phone: string }> {
  const { id } = await api.post("/v1/accounts", { name }, Account)
  const qr = await waitUntil("a QR code", async () => (await api.get(`/v1/accounts/${id}/qr`, Qr)).qr)
  const { id: phoneId, phone } = await simulator.createPhone({})
  await simulator.scanQr({ phoneId, qr })
  await waitUntil("the account is connected", async () => {
    return (await api.get(`/v1/accounts/${id}`, Account)).status === "connected"
  })
  return { id, phone }
}

function timeLimit(what: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`waited in vain: ${what}`)), 120_000).unref()
  })
}
