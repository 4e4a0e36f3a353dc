import { execFile } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { freePort, root, serversFolder, spawnServer, waitUntil } from "@wildcat/testkit"
import { connect } from "nats"

export interface NatsWithTaps {
  /** For Wildcat's services: with user and password. */
  natsUrl: string
  /** For taps: the bare address. */
  address: string
  /** File with the seed of a tenant's tap. */
  seedFile(tenant: string): string
  stop(): Promise<void>
}

/** A nats-server on `deploy/nats.conf` itself, with the tap users that `print-tap-user` makes for the tenants. */
export async function startNatsWithTaps(tap: { prefix: string; tenants: string[] }): Promise<NatsWithTaps> {
  const folder = await mkdtemp(join(tmpdir(), "wildcat-taps-"))
  const seeds = join(folder, "seeds")
  await mkdir(join(folder, "data"))
  const blocks = await Promise.all(tap.tenants.map((tenant) => printTapUser(tenant, seeds, tap.prefix)))
  const deployed = await readFile(`${root}/deploy/nats.conf`, "utf8")
  const config = join(folder, "nats.conf")
  // What differs here from what is deployed is where it listens and where its data lie.
  const text = deployed
    .replace("    # Tap users:", `${blocks.join("")}    # Tap users:`)
    .replace('"/data"', JSON.stringify(join(folder, "data")))
    .replace("http_port: 8222", "")
  await writeFile(config, text)
  const port = await freePort()
  const unpacked = `${serversFolder}/nats/usr/sbin/nats-server`
  const command = [existsSync(unpacked) ? unpacked : "nats-server", "-c", config, "-a", "127.0.0.1", "-p", String(port)]
  const password = "1e9k-a-number-to-careless-parsers"
  const env = { ...process.env, NATS_PASSWORD: `"${password}"` }
  const server = spawnServer(command, { trashFolder: folder, env })
  const address = `nats://127.0.0.1:${port}`
  await waitUntil("nats-server answers", async () => {
    await (await connect({ servers: address, user: "wildcat", pass: password, reconnect: false })).close()
    return true
  }).catch((error: unknown) => {
    throw new Error(server.output(), { cause: error })
  })
  return {
    natsUrl: `nats://wildcat:${password}@127.0.0.1:${port}`,
    address,
    seedFile: (tenant) => join(seeds, `${tenant}.nk`),
    stop: () => server.stop(),
  }
}

async function printTapUser(tenant: string, folder: string, prefix: string): Promise<string> {
  const script = `${root}/services/api/src/taps/print-tap-user.ts`
  const args = ["--conditions=@wildcat/source", script, tenant, folder]
  const { stdout } = await promisify(execFile)(process.execPath, args, {
    env: { ...process.env, NATS_PREFIX: prefix },
  })
  return stdout
}
