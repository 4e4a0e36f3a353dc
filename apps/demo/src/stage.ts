import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root, startProcess, startReceiver, startStack, waitUntil } from "@wildcat/testkit"
import type { Receiver, ServiceName, Stack, StackOptions } from "@wildcat/testkit"
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import type { SimulatorClient } from "@wildcat/whatsapp-simulator/client"
import { z } from "zod"
import { createApiClient } from "./api-client.ts"
import type { ApiClient } from "./api-client.ts"

/** Everything that the main job needs, as separate processes: the gateway, the simulated WhatsApp, a webhook receiver. */
export interface Stage {
  stack: Stack
  api: ApiClient
  simulator: SimulatorClient
  simulatorUrl: string
  /** Where a client that is not the gateway finds the simulated WhatsApp. */
  whatsapp: SimulatorUrls
  receiver: Receiver
  /** The file with the first admin key. */
  keyFile: string
  stop(): Promise<void>
}

export interface StageOptions {
  mongoUrl: string
  natsUrl: string
  database: string
  prefix: string
  entries?: Record<ServiceName, string>
  env?: Record<string, string>
  extraEnv?: NonNullable<StackOptions["extraEnv"]>
  onLine?: NonNullable<StackOptions["onLine"]>
  /** Further arguments of the simulator's command. */
  simulatorArgs?: readonly string[]
}

const SimulatorUrls = z.object({
  webSocketUrl: z.string(),
  controlUrl: z.string(),
  mediaUrl: z.string(),
  rootPublicKeyHex: z.string(),
  mediaCaPath: z.string(),
})
export type SimulatorUrls = z.infer<typeof SimulatorUrls>

/** Starts the simulator, the four services against it, and a receiver. Whatever started is stopped when a part fails. */
export async function setStage(options: StageOptions): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), "wildcat-stage-"))
  const stops: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true, force: true })]
  const stop = async () => {
    for (const each of stops.toReversed()) await each()
  }
  try {
    const simulator = await startSimulatorProcess(join(folder, "simulator"), options.simulatorArgs)
    stops.push(() => simulator.process.stop())
    const receiver = await startReceiver()
    stops.push(() => receiver.stop())
    const keyFile = join(folder, "admin-api-key")
    const stack = await startStack(stackOptions(options, simulator.urls, keyFile))
    stops.push(() => stack.stop())
    const key = readFileSync(keyFile, "utf8").trim()
    return {
      stack,
      api: createApiClient({ url: stack.apiUrl, key }),
      simulator: createSimulatorClient({ url: simulator.urls.controlUrl }),
      simulatorUrl: simulator.urls.controlUrl,
      whatsapp: simulator.urls,
      receiver,
      keyFile,
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Starts the simulated WhatsApp as a process of its own and says where it listens. */
export async function startSimulatorProcess(dataFolder: string, args: readonly string[] = []) {
  const entry = `${root}/packages/whatsapp-simulator/src/cli.ts`
  const simulator = await startProcess({ entry, env: {}, args: ["--data-dir", dataFolder, ...args] })
  const up = () => simulator.lines.find((each) => each.startsWith("{"))
  const line = await waitUntil("the simulator is up", up, { timeoutMs: 60_000 })
  return { process: simulator, urls: SimulatorUrls.parse(JSON.parse(line)) }
}

function stackOptions(options: StageOptions, urls: SimulatorUrls, keyFile: string): StackOptions {
  return {
    ...options,
    secretsKey: randomBytes(32).toString("hex"),
    pepper: randomBytes(32).toString("hex"),
    env: { LOG_LEVEL: "warn", ADMIN_API_KEY_FILE: keyFile, ...unlimited, ...simulatedWhatsapp(urls), ...options.env },
  }
}

/** What a stage shows or measures must not run into the limits of an API key. */
const unlimited = { REQUESTS_PER_MINUTE: "0", SENDS_PER_MINUTE: "0" }

/** The settings with which the gateway meets a simulated WhatsApp and a webhook receiver on this machine. */
export function simulatedWhatsapp(urls: SimulatorUrls): Record<string, string> {
  return {
    WHATSAPP_URL: urls.webSocketUrl,
    WHATSAPP_ROOT_KEY: urls.rootPublicKeyHex,
    NODE_EXTRA_CA_CERTS: urls.mediaCaPath,
    MEDIA_HOSTS: new URL(urls.mediaUrl).host,
    ALLOW_HTTP_WEBHOOKS: "true",
    // Nobody there takes offence at how fast we write.
    PACING_DEFAULT: "off",
    ALLOWED_PRIVATE_RANGES: "127.0.0.0/8",
  }
}
