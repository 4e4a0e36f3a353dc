import { existsSync, mkdirSync, mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { serversFolder } from "../paths.ts"
import { spawnServer } from "../processes/child.ts"
import type { Exit } from "../processes/child.ts"

/** A server that was started here. */
export interface RunningServer {
  url: string
  stop(): Promise<void>
}

/** A server that is a process of ours. */
export interface ServerProcess extends RunningServer {
  exited: Promise<Exit>
  /** What it printed last, see `Server`. */
  output(): string
  /** Process group, see `Server`. */
  group: number
}

/**
 * Starts the embedded MongoDB engine on a data folder, or on a temporary one that goes when the engine has ended.
 * With `socketFolder` (its path 60 characters at most) a restarted engine is found at the URL of the one before; the
 * folder stays. `flushed`: it keeps what it acknowledged over a kill -9, see `flushWrites`. Throws with its output when it does not come up.
 */
export async function startMongo(
  dataFolder?: string,
  options: { socketFolder?: string; flushed?: boolean } = {},
): Promise<ServerProcess> {
  // A short path: a socket's may not exceed about 100 bytes. The engine puts its own there too, by TMPDIR.
  const folder = options.socketFolder ?? mkdtempSync(join(tmpdir(), "wildcat-mongodb-"))
  const socket = join(folder, "mongodb.sock")
  const data = dataFolder ?? join(folder, "data")
  mkdirSync(data, { recursive: true })
  const host = fileURLToPath(new URL(`mongo-host${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url))
  const { promise: ready, resolve } = Promise.withResolvers<void>()
  const engine = spawnServer([...loader(), process.execPath, host, data, socket, options.flushed ? "flushed" : ""], {
    env: { ...process.env, TMPDIR: folder },
    ...(options.socketFolder === undefined ? { trashFolder: folder } : {}),
    onOutput: (text) => text.split("\n").includes("ready") && resolve(),
  })
  await Promise.race([
    ready,
    engine.exited.then(() => {
      throw new Error(`the embedded MongoDB engine did not start:\n${engine.output()}`)
    }),
  ])
  return {
    url: mongoUrlOf(socket),
    exited: engine.exited,
    output: engine.output,
    group: engine.group,
    stop: () => engine.stop(),
  }
}

/** The URL of a MongoDB that listens on a socket's path. */
export function mongoUrlOf(socket: string): string {
  return `mongodb://${encodeURIComponent(socket)}/?directConnection=true`
}

/** On a system with an old C library the engine runs under the unpacked newer one. */
function loader(): string[] {
  const [triplet, dynamicLoader] =
    process.arch === "arm64"
      ? ["aarch64-linux-gnu", "ld-linux-aarch64.so.1"]
      : ["x86_64-linux-gnu", "ld-linux-x86-64.so.2"]
  const libraries = `${serversFolder}/glibc/usr/lib/${triplet}`
  return existsSync(libraries) ? [`${libraries}/${dynamicLoader}`, "--library-path", libraries] : []
}
