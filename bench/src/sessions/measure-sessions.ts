import { fileURLToPath } from "node:url"
import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import type { Stage } from "@wildcat/demo"
import { startProcess } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { z } from "zod"
import { linkWildcat } from "../wildcat.ts"
import type { Contender } from "../contender.ts"

/** What many idle or sending sessions of one process cost. */
export const Crowd = z.object({
  sessions: z.number(),
  /** Resident memory that each session adds, in bytes. */
  bytesEach: z.number(),
  /** Sends per second of all accounts together, one at a time each, until WhatsApp's server has acknowledged. */
  sendsPerSecond: z.number(),
})
export type Crowd = z.infer<typeof Crowd>

/** How long accounts were silent: from the blow until an event tells of a message that was written at that moment. */
export interface Silence {
  blow: string
  p50Ms: number
  maxMs: number
}

export interface SessionsResult {
  wildcat: Crowd
  baileys: Crowd
  silences: Silence[]
}

export const sendsEach = 10
export const restMs = 3_000

/** Links accounts to one worker, measures them at rest and sending, then takes the worker away from them in three ways. */
export async function measureSessions(
  stage: Stage,
  options: { sessions: number; natsUrl: string; prefix: string; tell: (line: string) => void },
): Promise<SessionsResult> {
  const { sessions, tell } = options
  const baileys = await measureBaileys(stage, sessions)
  const before = memoryOf(stage.stack.services["session-worker"].pid)
  const accounts: Contender[] = []
  while (accounts.length < sessions) {
    accounts.push(await linkWildcat(stage, options))
    if (accounts.length % 10 === 0) tell(`${accounts.length} of ${sessions} accounts are linked`)
  }
  await pause(restMs)
  const bytesEach = (memoryOf(stage.stack.services["session-worker"].pid) - before) / sessions
  const sendsPerSecond = await sendFromAll(stage, accounts)
  const silences = await measureSilences(stage, accounts)
  for (const account of accounts) await account.stop()
  return { wildcat: { sessions, bytesEach, sendsPerSecond }, baileys, silences }
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

/** Two workers take the accounts from each other: one leaves in order, the other one is killed, for all and for one. */
async function measureSilences(stage: Stage, accounts: readonly Contender[]): Promise<Silence[]> {
  const first = stage.stack.services["session-worker"]
  const second = await stage.stack.add("session-worker", { WORKER_ID: "bench-2" })
  const { id: from } = await stage.simulator.createContact({ name: "Probe" })
  await Promise.all(accounts.map((account) => probe(stage, account, from))) // opens the Signal sessions
  const ordered = await struck(stage, { accounts, from, worker: first, signal: "SIGTERM" })
  await stage.stack.add("session-worker", { WORKER_ID: "bench-3" })
  const killed = await struck(stage, { accounts, from, worker: second, signal: "SIGKILL" })
  return [
    { blow: `SIGTERM, ${accounts.length} sessions`, ...ordered },
    { blow: `kill -9, ${accounts.length} sessions`, ...killed },
  ]
}

/** Writes to every account, again and again until after the worker's end: its silence is the longest that one was not told. */
async function struck(
  stage: Stage,
  blow: { accounts: readonly Contender[]; from: string; worker: ServiceProcess; signal: "SIGTERM" | "SIGKILL" },
) {
  let hasEnded = false
  void blow.worker.exited.then(() => (hasEnded = true))
  blow.worker.kill(blow.signal)
  const silenceOf = async (account: Contender) => {
    const times: number[] = []
    for (let last = false; !last;) {
      last = hasEnded
      times.push(await probe(stage, account, blow.from))
    }
    return Math.max(...times)
  }
  const sorted = (await Promise.all(blow.accounts.map(silenceOf))).toSorted((one, other) => one - other)
  return { p50Ms: sorted[Math.floor(sorted.length / 2)] ?? 0, maxMs: sorted.at(-1) ?? 0 }
}

/** Time from writing a message to the account until an event tells of it, in milliseconds. */
async function probe({ simulator }: Stage, account: Contender, from: string): Promise<number> {
  const began = performance.now()
  const told = account.received.grows(1).then(() => performance.now() - began)
  await simulator.sendText({ from, to: account.phone, text: "Are you there?" })
  return told
}

/** Resident memory of a process, in bytes; the kernel tells it in kB. */
function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
  return Number(kilobytes ?? 0) * 1_024
}
