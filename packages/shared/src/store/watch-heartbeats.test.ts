import { afterEach, expect, test, vi } from "vitest"
import { MongoClient } from "mongodb"
import { isolated } from "@wildcat/testkit"
import { watchHeartbeats } from "./watch-heartbeats.ts"
import { silentLog } from "../testing/index.ts"

const place = isolated()
let client: MongoClient
let stop = () => {}

afterEach(async () => {
  stop()
  await client.close()
  await place.cleanup()
})

test("a client whose looks at the server have stopped is connected anew; collections that were taken before go on", async () => {
  client = new MongoClient(place.mongoUrl, { heartbeatFrequencyMS: 60_000, serverSelectionTimeoutMS: 2_000 })
  await client.connect()
  const items = client.db(place.database).collection<{ _id: string }>("items")
  await items.insertOne({ _id: "before" })
  const connected = vi.fn()
  client.on("topologyOpening", connected)
  // Heartbeats of a minute: to a watch of three seconds the client has stopped looking.
  stop = watchHeartbeats(client, { silentMs: 3_000, log: silentLog })
  await vi.waitFor(() => expect(connected).toHaveBeenCalled(), 60_000)
  await vi.waitFor(() => items.insertOne({ _id: "after" }), 60_000)
  expect(await items.countDocuments()).toBe(2)
})

test("a client that looks after its server is left alone", async () => {
  client = new MongoClient(place.mongoUrl, { heartbeatFrequencyMS: 500 })
  await client.connect()
  const connected = vi.fn()
  client.on("topologyOpening", connected)
  const looks = vi.fn()
  client.on("serverHeartbeatSucceeded", looks)
  stop = watchHeartbeats(client, { silentMs: 2_000, log: silentLog })
  await vi.waitFor(() => expect(looks.mock.calls.length).toBeGreaterThan(8), 60_000)
  expect(connected).not.toHaveBeenCalled()
})
