import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startContainers } from "./containers.ts"
import { startMongo } from "./mongo.ts"
import { startNats } from "./nats.ts"

export interface Servers {
  mongoUrl: string
  natsUrl: string
  stop(): Promise<void>
}

/**
 * A MongoDB and a NATS server: those of `MONGO_URL` and `NATS_URL` where set; containers with
 * `WILDCAT_TEST_CONTAINERS=1` where Docker answers (else one line says why not); else the embedded ones.
 * Data lies in `folder`, or in a temporary folder that is removed at the end.
 */
export async function startServers(folder?: string): Promise<Servers> {
  const { MONGO_URL: givenMongo, NATS_URL: givenNats } = process.env
  if (process.env["WILDCAT_TEST_CONTAINERS"] === "1" && !givenMongo && !givenNats) {
    const containers = await startContainers()
    if (!("missing" in containers)) return asServers(containers)
    process.stderr.write(`Docker does not answer (${containers.missing}); using the embedded servers\n`)
  }
  const data = folder ?? mkdtempSync(join(tmpdir(), "wildcat-data-"))
  const [mongo, nats] = await Promise.all([
    givenMongo ? given(givenMongo) : startMongo(join(data, "mongodb")),
    givenNats ? given(givenNats) : startNats(join(data, "nats")),
  ])
  const servers = asServers({ mongo, nats })
  return {
    ...servers,
    stop: async () => {
      await servers.stop()
      if (folder === undefined) rmSync(data, { recursive: true, force: true })
    },
  }
}

function given(url: string) {
  return { url, stop: async () => undefined }
}

function asServers(servers: Record<"mongo" | "nats", { url: string; stop(): Promise<unknown> }>): Servers {
  return {
    mongoUrl: servers.mongo.url,
    natsUrl: servers.nats.url,
    stop: async () => void (await Promise.all([servers.mongo.stop(), servers.nats.stop()])),
  }
}
