import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"

/** How a process ended. */
export interface Exit {
  code: number | null
  signal: NodeJS.Signals | null
}

/**
 * `$1`: a folder to remove at the end, or empty; the rest: the command. The command is ended when our end of its
 * standard input closes, so it cannot outlive us however we die, and its folder goes with it.
 */
const lifeline = `
trash=$1; shift
"$@" & child=$!
exec 3<&0
(read -r _ <&3; kill -TERM $child 2>/dev/null) & watch=$!
wait $child; code=$?
kill $watch 2>/dev/null
[ -z "$trash" ] || rm -rf "$trash"
exit $code`

/** A server process that ends with us. */
export interface Server {
  /** What it printed last (64 KiB at most), for the message when it fails. */
  output(): string
  exited: Promise<Exit>
  /** The process group of the server and of the shell that watches over it: what a storm kills or freezes at once. */
  group: number
  /** Asks it to end (SIGTERM) and waits until it has. */
  stop(): Promise<void>
}

const outputCharsMax = 65_536

/**
 * Starts a server that ends when we end. `trashFolder` is removed once it has ended. `onOutput` sees what it prints.
 * The process group is its own, so Ctrl-C in a terminal reaches us alone and we stop our parts in order.
 */
export function spawnServer(
  command: readonly string[],
  options: { env?: NodeJS.ProcessEnv; trashFolder?: string; onOutput?: (text: string) => void } = {},
): Server {
  const child = spawn("sh", ["-c", lifeline, "sh", options.trashFolder ?? "", ...command], {
    env: options.env ?? process.env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-outputCharsMax)
      options.onOutput?.(text)
    })
  }
  const exited = exitOf(child)
  return {
    output: () => output,
    exited,
    group: child.pid ?? 0,
    stop: async () => {
      child.stdin.end()
      await exited
    },
  }
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
