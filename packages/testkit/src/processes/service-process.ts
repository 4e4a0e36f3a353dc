import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { exitOf } from "./child.ts"
import type { Exit } from "./child.ts"
import { waitUntil } from "./wait-until.ts"

/** A service running as its own process. */
export interface ServiceProcess {
  pid: number
  /** The last lines that it printed, oldest first. */
  lines: readonly string[]
  exited: Promise<Exit>
  kill(signal: NodeJS.Signals): void
  /** SIGTERM, then waits for its end; SIGKILL when it does not end within 30 s. */
  stop(): Promise<Exit>
}

const linesMax = 2_000

/**
 * Starts a service and waits until `readyUrl` answers 200. `entry` is a .ts source or a built .js file. The child ends
 * when we do (its ipc channel breaks). Throws with its last lines when it ends before it is ready.
 */
export async function startProcess(options: {
  entry: string
  env: Record<string, string>
  readyUrl?: string
  args?: readonly string[]
  onLine?: (line: string) => void
  readyTimeoutMs?: number
}): Promise<ServiceProcess> {
  const source = options.entry.endsWith(".ts") ? ["--conditions=@wildcat/source"] : []
  const child = spawn(process.execPath, [...source, options.entry, ...(options.args ?? [])], {
    env: { PATH: process.env["PATH"] ?? "", ...options.env },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: Ctrl-C in the terminal reaches us alone, and we stop it in order.
    detached: true,
  })
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue
    createInterface({ input: stream }).on("line", (line) => {
      lines.push(line)
      if (lines.length > linesMax) lines.shift()
      options.onLine?.(line)
    })
  }
  const exited = exitOf(child)
  const service: ServiceProcess = {
    pid: child.pid ?? 0,
    lines,
    exited,
    kill: (signal) => void child.kill(signal),
    stop: async () => {
      child.kill("SIGTERM")
      const last = setTimeout(() => child.kill("SIGKILL"), 30_000)
      const exit = await exited
      clearTimeout(last)
      return exit
    },
  }
  if (options.readyUrl !== undefined) await ready(service, options.readyUrl, options.readyTimeoutMs ?? 60_000)
  return service
}

async function ready(service: ServiceProcess, url: string, timeoutMs: number): Promise<void> {
  const failed = service.exited.then((exit) => {
    throw new Error(
      `the service ended (${exit.signal ?? exit.code}) before it was ready:\n${service.lines.slice(-20).join("\n")}`,
    )
  })
  const answers = waitUntil(`${url} answers 200`, () => answersOk(url), { timeoutMs })
  try {
    await Promise.race([answers, failed])
  } catch (error) {
    service.kill("SIGKILL")
    throw error
  } finally {
    // Whichever lost the race may still fail later, when nobody listens any more.
    void Promise.allSettled([answers, failed])
  }
}

async function answersOk(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  await response.body?.cancel()
  return response.status === 200
}
