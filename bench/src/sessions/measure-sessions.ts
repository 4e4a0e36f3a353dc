import { fileURLToPath } from "node:url"
import type { Stage } from "@wildcat/demo"
import { orderDrain } from "@wildcat/shared/bus"
import { startProcess } from "@wildcat/testkit"
import { linkWildcat } from "../wildcat.ts"
import type { Contender } from "../contender.ts"
import { watchAway } from "./away.ts"
import type { Away, AwayWatch } from "./away.ts"
import { Crowd, memoryAtRest, sendsOfEach, someOf } from "./crowd.ts"
import type { Memory } from "./crowd.ts"

export interface SessionsResult {
  wildcat: Crowd
  baileys: Crowd
  /** Of a worker that has taken its sessions over, as the baseline has its own: linked already. */
  takenOver: Memory
  aways: Away[]
}

interface Options {
  sessions: number
  natsUrl: string
  prefix: string
  tell: (line: string) => void
}

/** Links accounts to one worker, measures them at rest and sending, then moves them in several ways. */
export async function measureSessions(stage: Stage, options: Options): Promise<SessionsResult> {
  const { sessions, tell } = options
  const baileys = await measureBaileys(stage, sessions)
  tell("measured plain Baileys; now accounts are linked")
  const { pid } = stage.stack.services["session-worker"]
  const accounts: Contender[] = []
  await linkUpTo(someOf(sessions), accounts, stage, options)
  const some = await memoryAtRest(pid, accounts.length)
  await linkUpTo(sessions, accounts, stage, options)
  const memory = { some, all: await memoryAtRest(pid, accounts.length) }
  tell("measured at rest; now they send")
  const sendsPerSecond = await sendFromAll(stage, accounts)
  const moves = await measureMoves(stage, { ...options, accounts })
  for (const account of accounts) await account.stop()
  return { wildcat: { memory, sendsPerSecond }, baileys, ...moves }
}

const linkLanes = 4

async function linkUpTo(count: number, accounts: Contender[], stage: Stage, options: Options): Promise<void> {
  let begun = accounts.length
  const lane = async () => {
    while (begun < count) {
      begun += 1
      accounts.push(await linkWildcat(stage, options))
      if (accounts.length % 10 === 0) options.tell(`${accounts.length} of ${options.sessions} accounts are linked`)
    }
  }
  await Promise.all(Array.from({ length: linkLanes }, lane))
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
  const each = sendsOfEach(accounts.length)
  await Promise.all(accounts.map((account) => account.send(pn, "Hello")))
  const began = performance.now()
  const lane = async (account: Contender) => {
    for (let n = 0; n < each; n += 1) await account.send(pn, `Message number ${n}`)
  }
  await Promise.all(accounts.map(lane))
  return (accounts.length * each) / ((performance.now() - began) / 1_000)
}

/** All go to a new worker by a drain; it ends in order; its heir is killed. */
async function measureMoves(
  stage: Stage,
  options: Options & { accounts: readonly Contender[] },
): Promise<Pick<SessionsResult, "takenOver" | "aways">> {
  const { sessions: accounts, tell } = options
  const { stack } = stage
  const watch = await watchAway(options)
  const some = await takeOverSome(stage, watch, accounts)
  tell("some have been taken over, and back; now all move")
  const second = await stack.add("session-worker", { WORKER_ID: "bench-2" })
  const order = () => drain(watch, true)
  const aways = [some.away, await watch.during({ name: "drain", accounts, from: "their end", act: order })]
  const takenOver = { some: some.memory, all: await memoryAtRest(second.pid, accounts) }
  // The first worker stays ordered to drain: the next ones have no rival.
  const third = await stack.add("session-worker", { WORKER_ID: "bench-3" })
  const end = () => second.kill("SIGTERM")
  aways.push(await watch.during({ name: "SIGTERM", accounts, from: "their end", act: end }))
  await stack.add("session-worker", { WORKER_ID: "bench-4" })
  const kill = () => third.kill("SIGKILL")
  aways.push(await watch.during({ name: "kill -9", accounts, from: "the blow", act: kill }))
  const { id: from } = await stage.simulator.createContact({ name: "Probe" })
  await Promise.all(options.accounts.map((account) => probe(stage, account, from)))
  await watch.stop()
  return { takenOver, aways }
}

/** A worker that may have only so many takes some sessions over, is measured and killed; the first one has them back. */
async function takeOverSome({ stack }: Stage, watch: AwayWatch, sessions: number) {
  const accounts = someOf(sessions)
  const worker = await stack.add("session-worker", { WORKER_ID: "bench-some", SESSIONS_MAX: String(accounts) })
  await watch.during({ name: "drain", accounts, from: "their end", act: () => drain(watch, true) })
  const memory = await memoryAtRest(worker.pid, accounts)
  const kill = async () => {
    await drain(watch, false)
    worker.kill("SIGKILL")
  }
  return { memory, away: await watch.during({ name: "kill -9", accounts, from: "the blow", act: kill }) }
}

function drain({ bus }: AwayWatch, isWanted: boolean): Promise<void> {
  return orderDrain(bus, "worker-1", isWanted)
}

/** Writes to an account and waits until an event tells of it. */
async function probe({ simulator }: Stage, account: Contender, from: string): Promise<void> {
  const told = account.received.grows(1)
  await simulator.sendText({ from, to: account.phone, text: "Are you there?" })
  await told
}
