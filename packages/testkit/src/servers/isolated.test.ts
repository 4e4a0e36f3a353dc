import { MongoClient } from "mongodb"
import { connect } from "nats"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { NatsConnection } from "nats"
import { isolated } from "./isolated.ts"
import type { Isolated } from "./isolated.ts"

let mongo: MongoClient
let nats: NatsConnection

beforeAll(async () => {
  const { mongoUrl, natsUrl } = isolated()
  mongo = new MongoClient(mongoUrl)
  nats = await connect({ servers: natsUrl })
})

afterAll(async () => {
  await mongo.close()
  await nats.close()
})

async function fill(place: Isolated): Promise<void> {
  await mongo.db(place.database).collection("things").insertOne({ full: true })
  const manager = await nats.jetstreamManager()
  await manager.streams.add({ name: `${place.prefix.toUpperCase()}_EVENTS`, subjects: [`${place.prefix}.events.>`] })
  await nats.jetstream().views.kv(`${place.prefix}_workers`)
}

async function leftovers(place: Isolated): Promise<string[]> {
  const { databases } = await mongo.db().admin().listDatabases({ nameOnly: true })
  const streams = await (await nats.jetstreamManager()).streams.names().next()
  return [...databases.map(({ name }) => name), ...streams].filter((name) =>
    name.toLowerCase().includes(place.prefix.slice(1)),
  )
}

test("a clean-up removes what its place made and nothing of another", async () => {
  const [first, second] = [isolated(), isolated()]
  await Promise.all([fill(first), fill(second)])
  expect(await leftovers(first)).toHaveLength(3)

  await first.cleanup()

  expect(await leftovers(first)).toEqual([])
  expect(await leftovers(second)).toHaveLength(3)
  await second.cleanup()
  expect(await leftovers(second)).toEqual([])
})
