import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { root, startProcess, waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { z } from "zod"

/** How many sessions are connected, and how many messages each of them gets in the burst that is measured. */
export interface Load {
  sessions: number
  each: number
}

export const ClientsResult = z.object({
  sessions: z.number(),
  connectedMs: z.number(),
  messages: z.number(),
  acknowledged: z.number(),
  retried: z.number(),
  elapsedMs: z.number(),
  simulatorCpuMs: z.number(),
  clientsCpuMs: z.number(),
  clientsMemoryBytes: z.number(),
})
export type ClientsResult = z.infer<typeof ClientsResult>

const SimulatorUrls = z.object({ webSocketUrl: z.string(), controlUrl: z.string(), rootPublicKeyHex: z.string() })

/** Connecting a thousand clients and encrypting for them takes minutes on a small machine; past this it hangs. */
const clientsLimitMs = 15 * 60_000

/**
 * Connects plain Baileys sessions, all in one process, to a simulator in another, and has a burst encrypted ahead sent
 * to all of them. Both processes end before this returns, or with this process. `tell` hears how far it is.
 */
export async function measureSimulator(load: Load, tell: (line: string) => void): Promise<ClientsResult> {
  const folder = mkdtempSync(join(tmpdir(), "wildcat-bench-"))
  const started: ServiceProcess[] = []
  try {
    const simulator = await startProcess({
      entry: `${root}/packages/whatsapp-simulator/src/cli.ts`,
      env: {},
      args: ["--data-dir", folder, "--ack-delay-ms", "0"],
    })
    started.push(simulator)
    const urls = SimulatorUrls.parse(await jsonLine(simulator, "the simulator is up", 60_000))
    const clients = await startProcess({
      entry: fileURLToPath(new URL("clients.ts", import.meta.url)),
      env: {},
      args: [urls.webSocketUrl, urls.rootPublicKeyHex, urls.controlUrl, String(load.sessions), String(load.each)],
      onLine: (line) => line.startsWith("{") || tell(line),
    })
    started.push(clients)
    return ClientsResult.parse(await jsonLine(clients, "the clients' result", clientsLimitMs))
  } finally {
    for (const each of started.toReversed()) await each.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The JSON line a process prints; throws with its last lines when it ends without. */
async function jsonLine(process: ServiceProcess, what: string, timeoutMs: number): Promise<unknown> {
  const ended = process.exited.then(() => true)
  let hasEnded = false
  void ended.then(() => (hasEnded = true))
  const line = await waitUntil(
    what,
    () => process.lines.find((each) => each.startsWith("{")) ?? (hasEnded && "{}ended"),
    { timeoutMs },
  )
  if (line === "{}ended") throw new Error(`${what}: it ended instead:\n${process.lines.slice(-20).join("\n")}`)
  return JSON.parse(line)
}
