import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { connect } from "nats"
import { serversFolder } from "../paths.ts"
import { spawnServer } from "../processes/child.ts"
import { freePort } from "../processes/free-port.ts"
import { waitUntil } from "../processes/wait-until.ts"
import type { ServerProcess } from "./mongo.ts"

/**
 * Starts nats-server with JetStream on a data folder and a port of the loopback address (a free one unless given). `temporary` removes the
 * folder when the server has ended; otherwise each write reaches the disk before it is acknowledged, as in production.
 */
export async function startNats(
  dataFolder: string,
  options: { temporary?: boolean; port?: number } = {},
): Promise<ServerProcess> {
  mkdirSync(dataFolder, { recursive: true })
  const [pidFile, config] = [join(dataFolder, "nats.pid"), join(dataFolder, "nats.conf")]
  await waitUntil("the nats-server before has given the data folder free", () => !isServerOf(config, pidFile))
  const port = options.port ?? (await freePort())
  const sync = options.temporary ? "" : "sync_interval: always"
  writeFileSync(
    config,
    `listen: "127.0.0.1:${port}"\npid_file: ${JSON.stringify(pidFile)}\n` +
      `jetstream { store_dir: ${JSON.stringify(dataFolder)}\n${sync} }\n`,
  )
  const unpacked = `${serversFolder}/nats/usr/sbin/nats-server`
  const server = spawnServer(
    [existsSync(unpacked) ? unpacked : "nats-server", "-c", config],
    options.temporary ? { trashFolder: dataFolder } : {},
  )
  const url = `nats://127.0.0.1:${port}`
  await Promise.race([
    answers(url),
    server.exited.then(() => {
      throw new Error(`nats-server did not start:\n${server.output()}`)
    }),
  ])
  return { url, exited: server.exited, output: server.output, group: server.group, stop: () => server.stop() }
}

async function answers(url: string): Promise<void> {
  await waitUntil("nats-server answers", async () => {
    const connection = await connect({ servers: url, reconnect: false, timeout: 1_000 })
    await connection.close()
    return true
  })
}

/** nats-server does not lock its data: a second one would damage it. A killed start leaves one for a moment. */
function isServerOf(config: string, pidFile: string): boolean {
  try {
    return readFileSync(`/proc/${readFileSync(pidFile, "utf8").trim()}/cmdline`, "utf8").includes(config)
  } catch {
    return false // no such file, or no such process
  }
}
