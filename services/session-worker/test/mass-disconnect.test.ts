import { afterAll, beforeAll, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

const accountsCount = 5
const connectingMax = 2

let world: World
let accounts: Account[]

beforeAll(async () => {
  world = await createWorld()
  await world.startWorker({ CONNECTING_MAX: String(connectingMax) })
  accounts = await Promise.all(Array.from({ length: accountsCount }, () => world.linkAccount()))
})

afterAll(() => world.stop())

const cutAll = () => Promise.all(accounts.map(({ phoneId }) => world.whatsapp.disconnect({ phoneId, how: "drop" })))

const allAre = (status: string) =>
  waitUntil(`all are ${status}`, async () => {
    const rows = await Promise.all(accounts.map(({ id }) => world.account(id)))
    return rows.every((row) => row.status === status)
  })

test("when WhatsApp cuts all connections at once, sessions come back CONNECTING_MAX at a time, and none pairs again", async () => {
  const before = await world.whatsapp.counters()
  // Who logs in now is never told so, and keeps its turn.
  await world.whatsapp.setFault({ kind: "stanza-drop", stanza: "success" })
  await cutAll()
  await allAre("connecting")
  await waitUntil("the first wave", async () => {
    const { logins } = await world.whatsapp.counters()
    return logins >= before.logins + connectingMax
  })
  const during = await world.whatsapp.counters()
  expect(during.connections - before.connections).toBe(connectingMax)

  await world.whatsapp.clearFaults()
  await cutAll()
  await allAre("connected")
  expect((await world.whatsapp.counters()).pairings).toBe(accountsCount)
})
