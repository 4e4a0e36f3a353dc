import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { connect } from "nats"
import { exitOf, spawnWithLifeline } from "../processes/child.ts"
import { freePort } from "../processes/free-port.ts"
import { waitUntil } from "../processes/wait-until.ts"
import { serversFolder } from "../paths.ts"
import type { RunningServer } from "./mongo.ts"

/** Starts nats-server with JetStream on a data folder and a free port of the loopback address. */
export async function startNats(dataFolder: string): Promise<RunningServer> {
  mkdirSync(dataFolder, { recursive: true })
  const port = await freePort()
  const config = join(dataFolder, "nats.conf")
  writeFileSync(config, `listen: "127.0.0.1:${port}"\njetstream { store_dir: ${JSON.stringify(dataFolder)} }\n`)
  const unpacked = `${serversFolder}/nats/usr/sbin/nats-server`
  const child = spawnWithLifeline([existsSync(unpacked) ? unpacked : "nats-server", "-c", config], {})
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => output.push(String(chunk)))
  const exited = exitOf(child)
  const ended = exited.then(() => {
    throw new Error(`nats-server did not start:\n${output.join("")}`)
  })
  const url = `nats://127.0.0.1:${port}`
  const answers = waitUntil("nats-server answers", async () => {
    const connection = await connect({ servers: url, reconnect: false, timeout: 1_000 })
    await connection.close()
    return true
  })
  await Promise.race([answers, ended])
  void ended.catch(() => undefined)
  return {
    url,
    stop: async () => {
      child.stdin?.end()
      await exited
    },
  }
}
