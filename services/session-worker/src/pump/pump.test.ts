import { createConnection, createServer } from "node:net"
import type { Server, Socket } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { connectBus, provisionStreams } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { derivedId, newId } from "@wildcat/shared/contracts"
import { createLogger, createSecretBox } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import { contactMessage } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createActions } from "../actions/carry-out.ts"
import { chatOf } from "../inbound/people.ts"
import { emptyEntry } from "../log/entry.ts"
import type { Entry } from "../log/entry.ts"
import { createKeptChats } from "./chats/kept-chats.ts"
import { createPump } from "./pump.ts"

const place = isolated()
const log = createLogger({ service: "test", level: "silent" })
const box = createSecretBox("5e".repeat(32))
const path = join(tmpdir(), `wildcat-silent-${process.pid}.sock`)
const owner = { account: newId("account"), tenant: newId("tenant") }
const clients = new Set<Socket>()
/** Connections on which MongoDB is asked and does not answer any more. */
const silent = new Set<Socket>()
let server: Server
let store: Store
let bus: Bus

/** Where the real server listens: a socket's path, or host and port. */
function target(): { path: string } | { host: string; port: number } {
  const [, address = ""] = /^mongodb:\/\/(?:[^@/]*@)?([^/?,]+)/.exec(place.mongoUrl) ?? []
  const named = decodeURIComponent(address)
  if (named.startsWith("/")) return { path: named }
  const [host = "", port = "27017"] = named.split(":")
  return { host, port: Number(port) }
}

beforeAll(async () => {
  server = createServer((client) => {
    const upstream = createConnection(target())
    clients.add(client)
    client.pipe(upstream)
    upstream.on("data", (answer) => {
      if (!silent.has(client)) client.write(answer)
    })
    for (const each of [client, upstream]) each.on("error", () => undefined)
    client.on("close", () => upstream.destroy())
    upstream.on("close", () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  store = await connectStore({
    mongoUrl: `mongodb://${encodeURIComponent(path)}/?directConnection=true`,
    database: place.database,
    name: "test",
    log,
    silenceMs: 1_000,
  })
  bus = await connectBus({ natsUrl: place.natsUrl, prefix: place.prefix, name: "test", log })
  await provisionStreams(bus, { replicas: 1, eventsDays: 1 })
})

afterAll(async () => {
  await Promise.all([store.close(), bus.close()])
  for (const client of clients) client.destroy()
  server.close()
  await place.cleanup()
})

/** What is asked from now on over a connection that is there already has no answer. */
function fallSilent(): void {
  for (const client of clients) silent.add(client)
}

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
    log,
    publishesMax: 1,
    actions: createActions({ account: owner.account, store, box, chatsChanged: keptChats.forget }),
    keptChats,
    recorded: () => undefined,
  })
  for (const rows of [[1, 2, 3], [4, 5], [6]]) {
    for (const n of rows) pump.push(n, rowOf(n))
    fallSilent()
    await pump.written()
  }
  // Now they are folded.
  fallSilent()
  await pump.idle()
  await pump.stop()
  const { messages, chats, authStates } = store.collections
  expect(await messages.countDocuments({ account: owner.account })).toBe(6)
  expect(await chats.find({ account: owner.account }).toArray()).toMatchObject([{ unread: 6, n: 6 }])
  expect(await authStates.countDocuments({ account: owner.account, _id: { $regex: ":names:" } })).toBe(6)
}, 120_000)
