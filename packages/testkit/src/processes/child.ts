import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/** Runs `command` as a child that is ended when its standard input closes: it cannot outlive us, however we die. */
const lifeline = '"$@" & child=$!; exec 3<&0; (read -r _ <&3; kill -TERM $child 2>/dev/null) & wait $child'

export function spawnWithLifeline(
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string },
): ChildProcess {
  return spawn("sh", ["-c", lifeline, "sh", ...command], {
    ...options,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  })
}

export function exitOf(child: ChildProcess): Promise<Exit> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve({ code: child.exitCode, signal: child.signalCode })
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("exit", (code, signal) => resolve({ code, signal }))
  })
}
