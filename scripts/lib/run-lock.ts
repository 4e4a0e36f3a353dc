import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/**
 * Makes sure that one process at a time uses a data folder: nats-server would not notice a second one and damage it.
 * Throws with the number of the process that runs. Returns how to give the folder free.
 */
export function lockFolder(folder: string): () => undefined {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, "run.lock")
  const holder = holderOf(file)
  if (holder !== null) throw new Error(`already running as process ${holder}`)
  rmSync(file, { force: true })
  // Fails when another process has been quicker since.
  writeFileSync(file, JSON.stringify({ pid: process.pid, command: commandOf(process.pid) }), { flag: "wx" })
  return () => {
    rmSync(file, { force: true })
  }
}

/** The process that wrote the lock, if it still runs: same number and same command line. */
function holderOf(file: string): number | null {
  try {
    const { pid, command } = JSON.parse(readFileSync(file, "utf8"))
    process.kill(pid, 0)
    return commandOf(pid) === command ? pid : null
  } catch {
    return null // no lock, or its process has gone
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8")
  } catch {
    return "" // not Linux: the number alone decides
  }
}
