import { type AuthenticationCreds, BufferJSON } from "@whiskeysockets/baileys"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { createSimulatorClient, type SimulatorClient } from "../client/index.ts"
import { BaileysClient } from "../conformance/baileys-client.ts"
import { nothingWasRefused } from "../conformance/nothing-refused.ts"
import { type Simulator, startSimulator } from "../simulator.ts"

let simulator: Simulator
let control: SimulatorClient
const clients: BaileysClient[] = []

beforeAll(async () => {
  simulator = await startSimulator()
  control = createSimulatorClient({ url: simulator.controlUrl })
})

afterEach(() => nothingWasRefused(control))

afterAll(async () => {
  await Promise.all(clients.map((client) => client.stop()))
  await simulator.stop()
})

/** An unmodified Baileys with provisioned credentials, connected. */
async function connectProvisioned() {
  const { creds, keys, ...account } = await control.provisionAccount({ sink: true })
  const client = new BaileysClient(simulator)
  clients.push(client)
  Object.assign(client.auth.creds, revived<AuthenticationCreds>(creds))
  await client.auth.keys.set(revived(keys))
  client.connect()
  await client.waitFor("connection.update", ({ connection }) => connection === "open")
  return { client, account }
}

function revived<T>(json: unknown): T {
  return JSON.parse(JSON.stringify(json), BufferJSON.reviver) as T
}

test("a provisioned client logs in at once, without linking, waiting for history or making pre-keys", async () => {
  const { client, account } = await connectProvisioned()
  expect(client.auth.creds.me).toEqual({
    id: `${account.phone}:1@s.whatsapp.net`,
    lid: account.lid.replace("@", ":1@"),
    name: account.name,
  })
  await client.waitFor("connection.update", ({ receivedPendingNotifications }) => receivedPendingNotifications === true)
  const [phone] = await control.phones()
  expect(phone?.devices).toMatchObject([{ deviceId: 1, online: true, preKeys: 30 }])
  expect(await control.counters()).toMatchObject({ pairings: 0, logins: 1 })
})

test("a provisioned client writes to contacts, who see that the account vouches for it, and reads them", async () => {
  const { client, account } = await connectProvisioned()
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "from a provisioned client" })
  const match = { messageId: sent?.key.id ?? "" }
  const received = await control.waitForMessage({ contactId: contact.id, match })
  expect(received).toMatchObject({ text: "from a provisioned client", from: account.pn, copies: 1 })
  const { messageId } = await control.sendText({ from: contact.id, to: account.phone, text: "and back" })
  const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
  expect(messages[0]?.message?.conversation).toBe("and back")
})

test("a sink keeps and confirms what it does not decrypt", async () => {
  const { client } = await connectProvisioned()
  const contact = await control.createContact({ sink: true })
  const sent = await client.socket.sendMessage(contact.pn, { text: "unread" })
  const messageId = sent?.key.id ?? ""
  await control.waitForMessage({ contactId: contact.id, match: { messageId } })
  expect(await control.receivedMessages({ contactId: contact.id })).toMatchObject([
    { messageId, kind: "empty", copies: 1 },
  ])
  await client.waitFor("messages.update", (updates) =>
    updates.some(({ key, update }) => key.id === messageId && update.status === 3),
  )
})

test("a burst encrypted ahead arrives after its release, whole and in order, and what clients confirm is counted", async () => {
  const accounts = await Promise.all([connectProvisioned(), connectProvisioned()])
  const contact = await control.createContact({})
  const to = accounts.map(({ account }) => account.id)
  const { burstId, messages } = await control.prepareBurst({ from: contact.id, to, each: 20, text: "burst" })
  expect(messages).toBe(40)
  for (const { client } of accounts) expect(textsOf(client)).toEqual([])
  const result = await control.releaseBurst({ burstId })
  expect(result).toMatchObject({ messages: 40, acknowledged: 40, retried: 0 })
  expect(result.perSecond).toBeCloseTo(40 / (result.elapsedMs / 1000))
  expect(result.simulatorCpuMs).toBeGreaterThan(0)
  const expected = Array.from({ length: 20 }, (_, index) => `burst ${index + 1}`)
  for (const { client } of accounts) await expect.poll(() => textsOf(client)).toEqual(expected)
})

test("what a client that is away does not confirm is not counted", async () => {
  const { client, account } = await connectProvisioned()
  const contact = await control.createContact({})
  await client.stop()
  const { burstId } = await control.prepareBurst({ from: contact.id, to: [account.id], each: 3 })
  expect(await control.releaseBurst({ burstId, timeoutMs: 200 })).toMatchObject({ messages: 3, acknowledged: 0 })
  expect(await control.queue({ phoneId: account.id })).toHaveLength(3)
})

test("a burst is released once, may be dropped, and no more are kept than there is room for", async () => {
  const { account } = await connectProvisioned()
  const contact = await control.createContact({})
  const one = { from: contact.id, to: [account.id], each: 1 }
  const { burstId } = await control.prepareBurst(one)
  await control.dropBurst({ burstId })
  await expect(control.releaseBurst({ burstId, timeoutMs: 0 })).rejects.toMatchObject({ status: 404, field: "burstId" })
  const tooMany = { from: contact.id, to: Array.from({ length: 21 }, () => account.id), each: 10_000 }
  await expect(control.prepareBurst(tooMany)).rejects.toMatchObject({ status: 409, field: "each" })
})

test("a burst of nobody, or to someone without a client, is refused and names the field", async () => {
  const contact = await control.createContact({})
  const nobody = control.prepareBurst({ from: "contact-99", to: [contact.id], each: 1 })
  await expect(nobody).rejects.toMatchObject({ status: 404, field: "from" })
  const clientless = control.prepareBurst({ from: contact.id, to: [contact.id], each: 1 })
  await expect(clientless).rejects.toMatchObject({ status: 404, field: "to" })
})

function textsOf(client: BaileysClient): (string | null | undefined)[] {
  return client
    .seen("messages.upsert")
    .flatMap(({ messages }) => messages.filter(({ key }) => !key.fromMe).map(({ message }) => message?.conversation))
}
