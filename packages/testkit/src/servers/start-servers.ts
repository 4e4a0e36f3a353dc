import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startContainers } from "./containers.ts"
import { startMongo } from "./mongo.ts"
import type { RunningServer } from "./mongo.ts"
import { startNats } from "./nats.ts"

export interface Servers {
  mongoUrl: string
  natsUrl: string
  stop(): Promise<void>
}

/**
 * A MongoDB and a NATS server: those of `MONGO_URL` and `NATS_URL` where set; containers with
 * `WILDCAT_TEST_CONTAINERS=1` where Docker answers (else one line says why not); else the embedded ones.
 * Data lies in `folder`, or in temporary folders that are removed when the servers end, however this process ends.
 */
export async function startServers(folder?: string): Promise<Servers> {
  const { MONGO_URL: givenMongo, NATS_URL: givenNats } = process.env
  if (process.env["WILDCAT_TEST_CONTAINERS"] === "1" && !givenMongo && !givenNats) {
    const containers = await startContainers()
    if (!("missing" in containers)) return asServers(containers)
    process.stderr.write(`Docker does not answer (${containers.missing}); using the embedded servers\n`)
  }
  return startBoth(
    () => (givenMongo ? given(givenMongo) : startMongo(folder && join(folder, "mongodb"))),
    () => (givenNats ? given(givenNats) : startNatsIn(folder)),
  )
}

function startNatsIn(folder: string | undefined): Promise<RunningServer> {
  if (folder !== undefined) return startNats(join(folder, "nats"))
  return startNats(mkdtempSync(join(tmpdir(), "wildcat-nats-")), { temporary: true })
}

/** When one of them does not start, the other is stopped before that is thrown. */
async function startBoth(mongo: () => Promise<RunningServer>, nats: () => Promise<RunningServer>): Promise<Servers> {
  const [first, second] = await Promise.allSettled([mongo(), nats()])
  if (first.status === "fulfilled" && second.status === "fulfilled") {
    return asServers({ mongo: first.value, nats: second.value })
  }
  for (const result of [first, second]) if (result.status === "fulfilled") await result.value.stop()
  throw [first, second].find((result) => result.status === "rejected")?.reason
}

async function given(url: string): Promise<RunningServer> {
  return { url, stop: () => Promise.resolve() }
}

function asServers(servers: Record<"mongo" | "nats", { url: string; stop(): Promise<unknown> }>): Servers {
  return {
    mongoUrl: servers.mongo.url,
    natsUrl: servers.nats.url,
    stop: async () => void (await Promise.all([servers.mongo.stop(), servers.nats.stop()])),
  }
}
