import { spawn } from "node:child_process"
import { setTimeout as pause } from "node:timers/promises"
import type { Exit } from "@wildcat/testkit"
import type { Blow, Kind } from "./plan.ts"

/** A process that runs now, with those it started. */
export interface Running {
  group: number
  exited: Promise<Exit>
}

/** A process that is kept running, as an orchestrator would, and that blows hit. */
export interface Victim {
  kind: Kind
  name: string
  /** Hits it now; waits for it to be there first. Resolves when it is back or awake. */
  strike(blow: Pick<Blow, "how" | "lastsMs">): Promise<void>
  /** Resolves when it runs and says that it is ready. */
  ready(): Promise<void>
  /** How it ended when nobody had struck it. */
  readonly ownEnds: readonly Exit[]
  /** Ends it for good: SIGTERM, and SIGKILL when that takes longer than 30 s. */
  end(): Promise<void>
}

const respawnMs = 300
const endMsMax = 30_000
const gonePollMs = 25

/** Starts the process and starts it again whenever it has ended. */
export function keepRunning(options: {
  kind: Kind
  name: string
  start: () => Promise<Running>
  ready: (running: Running) => Promise<unknown>
  onTrouble: (error: unknown) => void
}): Victim {
  const ownEnds: Exit[] = []
  let running = Promise.withResolvers<Running>()
  let struck = false
  let over = false
  let awayMs = respawnMs

  const live = async () => {
    while (!over) {
      const process = await options.start()
      struck = false
      running.resolve(process)
      const exit = await process.exited
      running = Promise.withResolvers<Running>()
      await gone(process.group)
      if (!struck && !over) ownEnds.push(exit)
      await pause(struck ? awayMs : respawnMs)
    }
  }
  const lives = async () => {
    while (!over) {
      await live().catch(async (error: unknown) => {
        options.onTrouble(error)
        await pause(respawnMs)
      })
    }
  }
  const living = lives()

  return {
    kind: options.kind,
    name: options.name,
    ownEnds,
    async strike({ how, lastsMs }) {
      const { group, exited } = await running.promise
      if (how === "freeze") return freeze(group, lastsMs)
      struck = true
      awayMs = lastsMs
      signal(group, how === "kill" ? "SIGKILL" : "SIGTERM")
      await exited
      await running.promise
    },
    async ready() {
      for (;;) {
        const current = await running.promise
        const ended = current.exited.then(() => false)
        if (await Promise.race([options.ready(current).then(() => true), ended])) return
      }
    },
    async end() {
      over = true
      const last = await Promise.race([running.promise, living])
      if (last === undefined) return
      const { group, exited } = last
      signal(group, "SIGCONT")
      signal(group, "SIGTERM")
      const limit = setTimeout(() => signal(group, "SIGKILL"), endMsMax)
      await exited
      clearTimeout(limit)
      await living
    },
  }
}

/** The thaw is left to a process of its own: nothing stays frozen when we are killed meanwhile. */
async function freeze(group: number, ms: number): Promise<void> {
  const script = 'kill -STOP -- "-$1" && sleep "$2"; kill -CONT -- "-$1"'
  const thaw = spawn("sh", ["-c", script, "sh", String(group), (ms / 1_000).toFixed(3)], {
    stdio: "ignore",
    detached: true,
  })
  await new Promise((resolve) => thaw.once("exit", resolve))
}

/** A server's shell may end before its server has: the next one must not meet it. */
async function gone(group: number): Promise<void> {
  const deadline = performance.now() + endMsMax
  for (let late = false; isThere(group); await pause(gonePollMs)) {
    if (late || performance.now() < deadline) continue
    late = true
    signal(group, "SIGKILL")
  }
}

function isThere(group: number): boolean {
  try {
    process.kill(-group, 0)
    return true
  } catch {
    return false // no such group
  }
}

function signal(group: number, name: NodeJS.Signals): void {
  try {
    process.kill(-group, name)
  } catch (error) {
    // It ended by itself a moment ago, which is what its watcher will see.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error
  }
}
