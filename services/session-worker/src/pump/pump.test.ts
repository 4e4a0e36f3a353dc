import { connectBus, provisionStreams } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { derivedId, newId } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import { contactMessage, silentLog } from "@wildcat/shared/testing"
import { isolated, startRelay } from "@wildcat/testkit"
import type { Relay } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createActions } from "../actions/carry-out.ts"
import { chatOf } from "../inbound/people.ts"
import { emptyEntry } from "../log/entry.ts"
import type { Entry } from "../log/entry.ts"
import { createKeptChats } from "./chats/kept-chats.ts"
import { createPump } from "./pump.ts"

const place = isolated()
const box = createSecretBox("5e".repeat(32))
const owner = { account: newId("account"), tenant: newId("tenant") }
let relay: Relay
let store: Store
let bus: Bus

beforeAll(async () => {
  relay = await startRelay(place.mongoUrl)
  store = await connectStore({
    mongoUrl: relay.url,
    database: place.database,
    name: "test",
    log: silentLog,
    silenceMs: 1_000,
  })
  bus = await connectBus({ natsUrl: place.natsUrl, prefix: place.prefix, name: "test", log: silentLog })
  await provisionStreams(bus, { replicas: 1, eventsDays: 1 })
})

afterAll(async () => {
  await Promise.all([store.close(), bus.close()])
  relay.close()
  await place.cleanup()
})

function rowOf(n: number): Entry {
  const chat = chatOf({ lidOf: () => undefined, pnOf: () => undefined }, "4915112345678@s.whatsapp.net")
  const message = contactMessage(owner, {
    _id: derivedId("message", owner.account, String(n)),
    waId: `W${n}`,
    chat,
    author: { pn: chat.pn, lid: chat.lid },
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, n)),
    content: { type: "text", text: `message ${n}` },
  })
  return { ...emptyEntry(), messages: [message], state: { names: { [String(n)]: "1" } } }
}

test("what MongoDB is asked and never answers is asked again: every row is carried on, and counts once", async () => {
  const keptChats = createKeptChats(owner)
  const pump = createPump({
    ...owner,
    bus,
    store,
    box,
    log: silentLog,
    publishesMax: 1,
    actions: createActions({ account: owner.account, store, box, chatsChanged: keptChats.forget }),
    keptChats,
    recorded: () => undefined,
  })
  for (const rows of [[1, 2, 3], [4, 5], [6]]) {
    for (const n of rows) pump.push(n, rowOf(n))
    relay.withholdAnswers()
    await pump.written()
  }
  // Now they are folded.
  relay.withholdAnswers()
  await pump.idle()
  await pump.stop()
  const { messages, chats, authStates } = store.collections
  expect(await messages.countDocuments({ account: owner.account })).toBe(6)
  expect(await chats.find({ account: owner.account }).toArray()).toMatchObject([{ unread: 6, n: 6 }])
  expect(await authStates.countDocuments({ account: owner.account, _id: { $regex: ":names:" } })).toBe(6)
}, 120_000)
