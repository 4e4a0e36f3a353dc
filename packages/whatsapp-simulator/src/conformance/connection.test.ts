import { randomBytes } from "node:crypto"
import { once } from "node:events"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { eventually } from "./eventually.ts"
import { WebSocket } from "ws"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { type Simulator, startSimulator } from "../simulator.ts"
import { BaileysClient } from "./baileys-client.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { linkAccount } from "./link.ts"

let simulator: Simulator
let control: SimulatorClient

beforeAll(async () => {
  simulator = await startSimulator({ ackDelayMs: 0 })
  control = createSimulatorClient({ url: simulator.controlUrl })
})

afterEach(() => nothingWasRefused(control))

afterAll(async () => {
  await simulator.stop()
})

const closings = [
  { how: "drop", code: 428, what: "a lost connection" },
  { how: "close", code: 428, what: "a closed connection" },
  { how: "replaced", code: 440, what: "a connection replaced by another login" },
  { how: "503", code: 503, what: "an unavailable service" },
  { how: "515", code: 515, what: "a restart" },
  { how: "500", code: 500, what: "a bad session" },
] as const

for (const { how, code, what } of closings) {
  test(`${what} is seen as ${code}, and the client can come back`, async () => {
    const { client, phone } = await linkAccount(simulator)
    expect(await control.disconnect({ phoneId: phone.id, how })).toEqual({ connections: 1 })
    expect(await client.closeCode()).toBe(code)
    client.forgetEvents()
    client.connect()
    await client.waitFor("connection.update", ({ connection }) => connection === "open")
    await client.stop()
  })
}

const refusals = [
  { reason: 401, what: "an account that was logged out" },
  { reason: 403, what: "a banned account" },
  { reason: 405, what: "an outdated client" },
  { reason: 500, what: "a bad session at login" },
  { reason: 503, what: "an unavailable service at login" },
]

for (const { reason, what } of refusals) {
  test(`${what} is seen as ${reason}; when that is over the next login succeeds`, async () => {
    const { client, phone } = await linkAccount(simulator)
    await client.stop()
    client.forgetEvents()
    await control.setFault({ kind: "login-failure", reason, phoneId: phone.id, count: 1 })
    client.connect()
    expect(await client.closeCode()).toBe(reason)
    client.forgetEvents()
    client.connect()
    await client.waitFor("connection.update", ({ connection }) => connection === "open")
    await client.stop()
  })
}

test("a message the server has received arrives, even when the client dies before the ack", async () => {
  const slow = await startSimulator({ ackDelayMs: 300 })
  const control = createSimulatorClient({ url: slow.controlUrl })
  const { client } = await linkAccount(slow)
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "last words" })
  await eventually(async () => expect((await control.counters()).messagesFromClients).toBe(1))
  await client.stop()
  const match = { messageId: sent?.key.id ?? "" }
  expect(await control.waitForMessage({ contactId: contact.id, match })).toMatchObject({ copies: 1 })
  await slow.stop()
})

test("whatever a stranger sends, the server goes on", async () => {
  const header = Buffer.from([0x57, 0x41, 0x06, 0x03])
  const rubbish = [
    Buffer.from("GET / HTTP/1.1"),
    Buffer.concat([header, Buffer.from([0, 0, 2, 1, 2])]),
    randomBytes(5000),
  ]
  for (const bytes of rubbish) {
    const socket = new WebSocket(simulator.webSocketUrl)
    await once(socket, "open")
    socket.send(bytes)
    await once(socket, "close")
  }
  const half = new WebSocket(simulator.webSocketUrl)
  await once(half, "open")
  half.terminate()
  const { client } = await linkAccount(simulator)
  await client.stop()
  expect((await control.counters()).deviceErrors).toBe(0)
})

test("a client keeps its connection alive by pings of its own", async () => {
  const { client } = await linkAccount(simulator, { keepAliveIntervalMs: 100 })
  const { keepAlives } = await control.counters()
  await eventually(async () => expect((await control.counters()).keepAlives).toBeGreaterThan(keepAlives + 2))
  expect(client.seen("connection.update").some(({ connection }) => connection === "close")).toBe(false)
  await client.stop()
})

test("what waited for a client is announced with its counts, numbered and ended by the count", async () => {
  const { client, phone } = await linkAccount(simulator)
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "read this later" })
  const match = { messageId: sent?.key.id ?? "" }
  await control.waitForMessage({ contactId: contact.id, match })
  await client.waitFor("messages.upsert", ({ messages }) => messages.some(({ key }) => key.id === match.messageId))
  await eventually(async () => expect(await control.queue({ phoneId: phone.id })).toEqual([]))
  await client.stop()
  for (const text of ["one", "two"]) await control.sendText({ from: contact.id, to: phone.pn, text })
  await control.sendReceipt({ contactId: contact.id, messageIds: [match.messageId], type: "read" })
  client.forgetEvents()
  const { ws } = client.connect().socket
  const numbers: (string | undefined)[] = []
  const note = ({ attrs }: { attrs: Record<string, string> }) => numbers.push(attrs["offline"])
  ws.on("CB:message", note)
  ws.on("CB:receipt", note)
  const preview = once(ws, "CB:ib,,offline_preview")
  const end = once(ws, "CB:ib,,offline")
  const [announced]: BinaryNode[] = await preview
  expect(announced?.content).toMatchObject([{ attrs: { count: "3", message: "2", receipt: "1", notification: "0" } }])
  const [ended]: BinaryNode[] = await end
  expect(ended?.content).toMatchObject([{ attrs: { count: "3" } }])
  expect(numbers).toEqual(["0", "1", "2"])
  await client.waitFor("connection.update", ({ receivedPendingNotifications }) => receivedPendingNotifications === true)
  await client.stop()
})

test("a frozen connection is given up by the client", async () => {
  const { client, phone } = await linkAccount(simulator, { keepAliveIntervalMs: 500 })
  await control.disconnect({ phoneId: phone.id, how: "freeze" })
  expect(await client.closeCode()).toBe(408)
})

test("the phone logs the client out, and it stays out", async () => {
  const { client, phone } = await linkAccount(simulator)
  await control.logoutFromPhone({ phoneId: phone.id })
  expect(await client.closeCode()).toBe(401)
  client.forgetEvents()
  client.connect()
  expect(await client.closeCode()).toBe(401)
})

test("the client logs itself out, and the phone's list is empty", async () => {
  const { client, phone } = await linkAccount(simulator)
  await client.socket.logout()
  const relogin = client.closeCode().then(async () => {
    client.forgetEvents()
    client.connect()
    return await client.closeCode()
  })
  expect(await relogin).toBe(401)
  expect((await control.phones()).find(({ id }) => id === phone.id)?.devices).toEqual([])
})

test("credentials with another Noise key are refused", async () => {
  const { client } = await linkAccount(simulator)
  await client.stop()
  const thief = new BaileysClient(simulator)
  thief.auth.creds.me = { ...client.auth.creds.me, id: client.auth.creds.me?.id ?? "" }
  thief.connect()
  expect(await thief.closeCode()).toBe(401)
})

test("a second login with the same credentials replaces the first", async () => {
  const { client } = await linkAccount(simulator)
  const second = new BaileysClient(simulator)
  Object.assign(second.auth, client.auth)
  second.connect()
  expect(await client.closeCode()).toBe(440)
  await second.waitFor("connection.update", ({ connection }) => connection === "open")
  await second.stop()
})
