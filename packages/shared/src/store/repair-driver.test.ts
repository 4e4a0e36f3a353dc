import { afterAll, beforeAll, expect, test } from "vitest"
import { isolated, startRelay, waitUntil } from "@wildcat/testkit"
import type { Relay } from "@wildcat/testkit"
import { connectStore } from "./connect.ts"
import type { Store } from "./connect.ts"
import { silentLog } from "../testing/index.ts"

const place = isolated()
/** Everything passes through here. */
let relay: Relay
let store: Store

/** The driver's own view of its servers, which nothing else shows. */
interface DriverServer {
  pool: { generation: number; interruptInUseConnections(generation: number): void }
}

function serversOf({ db }: Store): Iterable<DriverServer> {
  const topology: { s: { servers: Map<string, DriverServer> } } = Reflect.get(db.client, "topology")
  return topology.s.servers.values()
}

beforeAll(async () => {
  relay = await startRelay(place.mongoUrl)
  store = await connectStore({
    mongoUrl: relay.url,
    database: place.database,
    name: "test",
    log: silentLog,
    serverWaitMs: 2_000,
    silenceMs: 1_000,
  })
})

afterAll(async () => {
  relay.close()
  await store.close()
  await place.cleanup()
})

/** An operation that has to connect first is not under way yet, and its connection is none that a test has laid hands on. */
const connected = () => waitUntil("a connection is there", () => store.db.command({ ping: 1 }))

/** Steps of promises after which the connection is given up: from before the command is written until it is answered. */
const stepsMax = 30

test("an operation ends with its connection, at whatever moment that is given up", async () => {
  for (let steps = 0; steps < stepsMax; steps += 1) {
    await connected()
    const answer = store.db.command({ ping: 1 }).then(
      () => "answered",
      () => "failed",
    )
    for (let step = 0; step < steps; step += 1) await Promise.resolve()
    for (const { pool } of serversOf(store)) pool.interruptInUseConnections(pool.generation)
    expect(["answered", "failed"], `given up after ${steps} steps`).toContain(await answer)
  }
})

test("a large write to a server that has stopped reading fails instead of waiting for ever", async () => {
  await connected()
  relay.stopReading()
  const raw = "x".repeat(4 * 1024 * 1024)
  await expect(store.db.collection("any").insertOne({ raw })).rejects.toThrow(/timed out|closed/)
})
