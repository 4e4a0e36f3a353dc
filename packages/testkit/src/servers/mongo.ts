import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { spawn } from "node:child_process"
import { exitOf } from "../processes/child.ts"
import { serversFolder } from "../paths.ts"

/** A server that was started here. */
export interface RunningServer {
  url: string
  stop(): Promise<void>
}

/** Starts the embedded MongoDB engine on a data folder. Throws with its output when it does not come up. */
export async function startMongo(dataFolder: string): Promise<RunningServer> {
  mkdirSync(dataFolder, { recursive: true })
  // A short path: a socket's may not exceed about 100 bytes. The engine puts its own there too, by TMPDIR.
  const folder = mkdtempSync(join(tmpdir(), "wildcat-"))
  const socket = join(folder, "mongodb.sock")
  const host = fileURLToPath(new URL("mongo-host.ts", import.meta.url))
  const [file, ...args] = [...loader(), process.execPath, host, dataFolder, socket]
  const child = spawn(file, args, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  })
  const exited = exitOf(child)
  const output: string[] = []
  child.stderr.on("data", (chunk) => output.push(String(chunk)))
  await Promise.race([
    new Promise<void>((resolve) => child.stdout.once("data", () => resolve())),
    exited.then(() => {
      rmSync(folder, { recursive: true, force: true })
      throw new Error(`the embedded MongoDB engine did not start:\n${output.join("")}`)
    }),
  ])
  return {
    url: `mongodb://${encodeURIComponent(socket)}/?directConnection=true`,
    stop: async () => {
      child.stdin.end()
      await exited
      rmSync(folder, { recursive: true, force: true })
    },
  }
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
