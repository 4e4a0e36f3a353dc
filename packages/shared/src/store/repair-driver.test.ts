import { createConnection, createServer } from "node:net"
import type { Server, Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { isolated, waitUntil } from "@wildcat/testkit"
import { createLogger } from "../runtime/index.ts"
import { connectStore } from "./connect.ts"
import type { Store } from "./connect.ts"

const place = isolated()
const path = join(tmpdir(), `wildcat-frozen-${process.pid}.sock`)
const clients = new Set<Socket>()
let server: Server
let store: Store

/** Where the real server listens: a socket's path, or host and port. */
function target(): { path: string } | { host: string; port: number } {
  const [, server = ""] = /^mongodb:\/\/(?:[^@/]*@)?([^/?,]+)/.exec(place.mongoUrl) ?? []
  const address = decodeURIComponent(server)
  if (address.startsWith("/")) return { path: address }
  const [host = "", port = "27017"] = address.split(":")
  return { host, port: Number(port) }
}

/** The driver's own view of its servers, which nothing else shows. */
interface DriverServer {
  pool: { generation: number; interruptInUseConnections(generation: number): void }
}

function serversOf({ db }: Store): Iterable<DriverServer> {
  const topology: { s: { servers: Map<string, DriverServer> } } = Reflect.get(db.client, "topology")
  return topology.s.servers.values()
}

/** Everything passes through here. */
beforeAll(async () => {
  server = createServer((client) => {
    const upstream = createConnection(target())
    clients.add(client)
    client.pipe(upstream).pipe(client)
    for (const each of [client, upstream]) each.on("error", () => undefined)
    client.on("close", () => upstream.destroy())
    upstream.on("close", () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  store = await connectStore({
    mongoUrl: `mongodb://${encodeURIComponent(path)}/?directConnection=true`,
    database: place.database,
    name: "test",
    log: createLogger({ service: "test", level: "silent" }),
    serverWaitMs: 2_000,
    silenceMs: 1_000,
  })
})

afterAll(async () => {
  for (const client of clients) client.destroy()
  await store.close()
  server.close()
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
  for (const client of clients) {
    client.unpipe()
    client.pause()
  }
  const raw = "x".repeat(4 * 1024 * 1024)
  await expect(store.db.collection("any").insertOne({ raw })).rejects.toThrow(/timed out|closed/)
})
