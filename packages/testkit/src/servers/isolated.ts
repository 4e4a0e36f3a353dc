import { randomBytes } from "node:crypto"
import { MongoClient } from "mongodb"
import { connect } from "nats"

/** A part of the test servers that nobody else uses. */
export interface Isolated {
  mongoUrl: string
  database: string
  natsUrl: string
  /** First token of every subject (NATS_PREFIX). */
  prefix: string
  /** Removes everything that was made in it. */
  cleanup(): Promise<void>
}

/** A random database name and subject prefix, by default on the servers of this test run (see vitest-setup.ts). */
export function isolated(servers = serversOfTheTestRun()): Isolated {
  const { mongoUrl, natsUrl } = servers
  const mark = randomBytes(5).toString("hex")
  const [database, prefix] = [`wildcat_test_${mark}`, `t${mark}`]
  return {
    mongoUrl,
    database,
    natsUrl,
    prefix,
    cleanup: async () => {
      await Promise.all([dropDatabase(mongoUrl, database), deleteStreams(natsUrl, prefix)])
    },
  }
}

function serversOfTheTestRun(): { mongoUrl: string; natsUrl: string } {
  const { MONGO_URL: mongoUrl, NATS_URL: natsUrl } = process.env
  if (!mongoUrl || !natsUrl) {
    throw new Error("the test servers are not running: is vitest-setup.ts in the project's globalSetup?")
  }
  return { mongoUrl, natsUrl }
}

async function dropDatabase(url: string, database: string): Promise<void> {
  const client = new MongoClient(url)
  await client.db(database).dropDatabase()
  await client.close()
}

/** Streams are named after the prefix in capitals, the streams behind KV buckets `KV_<prefix>_…`. */
async function deleteStreams(url: string, prefix: string): Promise<void> {
  const addresses = addressesOf(url)
  const login = addresses.slice(0, 1).map(loginOf)
  const connection = await connect({ servers: addresses.map(({ host }) => host), ...login[0] })
  const manager = await connection.jetstreamManager()
  const names = await manager.streams.names().next()
  const ours = names.filter((name) => name.startsWith(`${prefix.toUpperCase()}_`) || name.startsWith(`KV_${prefix}_`))
  await Promise.all(ours.map((name) => manager.streams.delete(name)))
  await connection.close()
}

/** Several servers may be listed, with or without `nats://`; user and password stand in the first. */
function addressesOf(url: string): URL[] {
  return url.split(",").map((each) => new URL(each.includes("://") ? each : `nats://${each}`))
}

function loginOf({ username, password }: URL): { user?: string; pass?: string } {
  return username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}
}
