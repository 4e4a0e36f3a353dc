import { fileURLToPath } from "node:url"
import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import type { Stage } from "@wildcat/demo"
import { startProcess } from "@wildcat/testkit"
import { z } from "zod"
import { linkWildcat } from "../wildcat.ts"
import type { Contender } from "../contender.ts"
import { watchAway } from "./away.ts"
import type { Away } from "./away.ts"

/** What many idle or sending sessions of one process cost. */
export const Crowd = z.object({
  sessions: z.number(),
  /** Resident memory that each session adds, in bytes. */
  bytesEach: z.number(),
  /** Sends per second of all accounts together, one at a time each, until WhatsApp's server has acknowledged. */
  sendsPerSecond: z.number(),
})
export type Crowd = z.infer<typeof Crowd>

export interface SessionsResult {
  wildcat: Crowd
  baileys: Crowd
  /** Resident memory that each session adds to a worker that has taken it over, as the baseline has its own, linked already. */
  takenOverBytesEach: number
  aways: Away[]
}

export const sendsEach = 10
export const restMs = 3_000

/** Links accounts to one worker, measures them at rest and sending, then moves them in several ways. */
export async function measureSessions(
  stage: Stage,
  options: { sessions: number; natsUrl: string; prefix: string; tell: (line: string) => void },
): Promise<SessionsResult> {
  const { sessions, tell } = options
  const baileys = await measureBaileys(stage, sessions)
  const worker = stage.stack.services["session-worker"]
  const before = memoryOf(worker.pid)
  const accounts = await linkAll(stage, options)
  await pause(restMs)
  const bytesEach = (memoryOf(worker.pid) - before) / sessions
  const sendsPerSecond = await sendFromAll(stage, accounts)
  tell("measured at rest and sending; now they move")
  const moves = await measureMoves(stage, { ...options, accounts })
  for (const account of accounts) await account.stop()
  return { wildcat: { sessions, bytesEach, sendsPerSecond }, baileys, ...moves }
}

const linkLanes = 4

async function linkAll(
  stage: Stage,
  options: { sessions: number; natsUrl: string; prefix: string; tell: (line: string) => void },
): Promise<Contender[]> {
  const accounts: Contender[] = []
  let begun = 0
  const lane = async () => {
    while (begun < options.sessions) {
      begun += 1
      accounts.push(await linkWildcat(stage, options))
      if (accounts.length % 10 === 0) options.tell(`${accounts.length} of ${options.sessions} accounts are linked`)
    }
  }
  await Promise.all(Array.from({ length: linkLanes }, lane))
  return accounts
}

async function measureBaileys(stage: Stage, sessions: number): Promise<Crowd> {
  const { webSocketUrl, rootPublicKeyHex } = stage.whatsapp
  const baseline = await startProcess({
    entry: fileURLToPath(new URL("baseline.ts", import.meta.url)),
    env: {},
    args: [webSocketUrl, rootPublicKeyHex, stage.simulatorUrl, String(sessions)],
  })
  const { code } = await baseline.exited
  const line = baseline.lines.find((each) => each.startsWith("{"))
  if (code !== 0 || line === undefined) throw new Error(`the baseline failed:\n${baseline.lines.join("\n")}`)
  return Crowd.parse(JSON.parse(line))
}

async function sendFromAll({ simulator }: Stage, accounts: readonly Contender[]): Promise<number> {
  const { pn } = await simulator.createContact({ sink: true })
  await Promise.all(accounts.map((account) => account.send(pn, "Hello")))
  const began = performance.now()
  const lane = async (account: Contender) => {
    for (let n = 0; n < sendsEach; n += 1) await account.send(pn, `Message number ${n}`)
  }
  await Promise.all(accounts.map(lane))
  return (accounts.length * sendsEach) / ((performance.now() - began) / 1_000)
}

/** A new worker gets its share, then the rest by a drain; it ends in order; its heir is killed. */
async function measureMoves(
  stage: Stage,
  options: { sessions: number; natsUrl: string; prefix: string; accounts: readonly Contender[] },
): Promise<Pick<SessionsResult, "takenOverBytesEach" | "aways">> {
  const { sessions, accounts } = options
  const { stack, api, simulator } = stage
  const watch = await watchAway(options)
  const second = await stack.add("session-worker", { WORKER_ID: "bench-2" })
  const before = memoryOf(second.pid)
  const aways = [
    await watch.during({
      name: "drain",
      accounts: sessions,
      from: "their end",
      act: () => api.post("/v1/workers/worker-1/drain", {}, z.object({ id: z.string() })),
    }),
  ]
  await pause(restMs)
  const takenOverBytesEach = (memoryOf(second.pid) - before) / sessions
  // The first worker stays ordered to drain: the next ones have no rival.
  const third = await stack.add("session-worker", { WORKER_ID: "bench-3" })
  const all = { accounts: sessions }
  aways.push(await watch.during({ name: "SIGTERM", ...all, from: "their end", act: () => second.kill("SIGTERM") }))
  await stack.add("session-worker", { WORKER_ID: "bench-4" })
  aways.push(await watch.during({ name: "kill -9", ...all, from: "the blow", act: () => third.kill("SIGKILL") }))
  const { id: from } = await simulator.createContact({ name: "Probe" })
  await Promise.all(accounts.map((account) => probe(stage, account, from)))
  await watch.stop()
  return { takenOverBytesEach, aways }
}

/** Writes to an account and waits until an event tells of it. */
async function probe({ simulator }: Stage, account: Contender, from: string): Promise<void> {
  const told = account.received.grows(1)
  await simulator.sendText({ from, to: account.phone, text: "Are you there?" })
  await told
}

/** Resident memory of a process, in bytes; the kernel tells it in kB. */
function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(kilobytes ?? 0) * 1_024
}
