import { afterEach, beforeAll, expect, test } from "vitest"
import { eventually } from "./eventually.ts"
import type { SimulatorClient } from "../client/index.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import type { LinkedAccount } from "./link.ts"
import { startLinked } from "./start-linked.ts"

let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked()
  ;({ control, account } = linked)
  return linked.stop
})

afterEach(() => nothingWasRefused(control))

test("a client is linked by QR code, told to restart and logs in", async () => {
  expect(account.client.auth.creds.me?.id).toBe(`${account.phone.phone}:1@s.whatsapp.net`)
  expect(account.client.auth.creds.me?.lid).toBe(account.phone.lid.replace("@", ":1@"))
  const { pairings, logins } = await control.counters()
  expect({ pairings, logins }).toEqual({ pairings: 1, logins: 1 })
})

test("the phone's first sync ends the client's wait for history", async () => {
  await account.client.waitFor("creds.update", ({ accountSyncCounter }) => accountSyncCounter === 1)
  expect(account.client.auth.creds.myAppStateKeyId).toBeDefined()
})

for (const addressing of ["lid", "pn"] as const) {
  test(`text passes both ways, encrypted, with a contact seen by ${addressing}`, async () => {
    const { client, phone } = account
    const contact = await control.createContact({ name: "Ada", addressing })
    const { messageId } = await control.sendText({ from: contact.id, to: phone.phone, text: `hello by ${addressing}` })
    const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
    expect(messages[0]?.message?.conversation).toBe(`hello by ${addressing}`)
    expect(messages[0]?.key.remoteJid).toBe(addressing === "lid" ? contact.lid : contact.pn)
    expect(messages[0]?.key.remoteJidAlt).toBe(addressing === "lid" ? contact.pn : contact.lid)
    await control.waitForReceipt({ messageId })

    const sent = await client.socket.sendMessage(contact.pn, { text: `answer by ${addressing}` })
    const received = await control.waitForMessage({
      contactId: contact.id,
      match: { messageId: sent?.key.id ?? "" },
    })
    expect(received).toMatchObject({ text: `answer by ${addressing}`, from: phone.pn, copies: 1 })
  })
}

test("a channel's post reaches the account's client as it is, and is acknowledged", async () => {
  const { client, phone } = account
  const channel = "120363041234567890"
  const { messageId } = await control.postToChannel({ phoneId: phone.id, channel, text: "news" })
  const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
  expect(messages[0]?.message?.conversation).toBe("news")
  expect(messages[0]?.key.remoteJid).toBe(`${channel}@newsletter`)
  await eventually(async () => expect(await control.queue({ phoneId: phone.id })).toEqual([]))
})

test("the client learns that its message was delivered and read", async () => {
  const { client } = account
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "have you seen this" })
  const id = sent?.key.id ?? ""
  const statuses = () =>
    client
      .seen("messages.update")
      .flatMap((updates) => updates.filter(({ key }) => key.id === id).map(({ update }) => update.status))
  await eventually(() => expect(statuses()).toEqual([3]))
  await control.sendReceipt({ contactId: contact.id, messageIds: [id], type: "read" })
  await eventually(() => expect(statuses()).toEqual([3, 4]))
})

test("a voice message played by either side is seen by the other", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "stands for a voice message" })
  const id = sent?.key.id ?? ""
  await control.waitForMessage({ contactId: contact.id, match: { messageId: id } })
  await control.sendReceipt({ contactId: contact.id, messageIds: [id], type: "played" })
  await client.waitFor("messages.update", (updates) =>
    updates.some(({ key, update }) => key.id === id && update.status === 5),
  )
  const { messageId } = await control.sendText({ from: contact.id, to: phone.pn, text: "from the contact" })
  await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
  await client.socket.sendReceipt(contact.lid, undefined, [messageId], "played")
  await control.waitForReceipt({ messageId, type: "played" })
})

test("a message the client has read is seen as read", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const { messageId } = await control.sendText({ from: contact.id, to: phone.pn, text: "read me" })
  const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
  await client.socket.readMessages(messages.map(({ key }) => key))
  expect(await control.waitForReceipt({ messageId, type: "read" })).toMatchObject({ from: phone.pn })
})

test("the account's phone sees what the client sends, and the client what the phone sends", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "from the client" })
  const match = { messageId: sent?.key.id ?? "" }
  expect(await control.waitForMessage({ contactId: phone.id, match })).toMatchObject({
    chat: contact.pn,
  })
  const { messageId } = await control.sendText({ from: phone.id, to: contact.phone, text: "from the phone" })
  const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
  expect(messages[0]?.key).toMatchObject({ fromMe: true })
  expect(messages[0]?.message?.conversation).toBe("from the phone")
})

test("what a client misses waits for it, in order, until it confirms", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await client.stop()
  const ids: string[] = []
  for (const text of ["one", "two", "three"]) {
    ids.push((await control.sendText({ from: contact.id, to: phone.pn, text })).messageId)
  }
  expect((await control.queue({ phoneId: phone.id })).map(({ id }) => id)).toEqual(ids)
  client.forgetEvents()
  client.connect()
  await Promise.all(ids.map((messageId) => control.waitForReceipt({ messageId })))
  await client.waitFor("connection.update", ({ receivedPendingNotifications }) => receivedPendingNotifications === true)
  await client.waitFor("messages.upsert", ({ messages }) => messages.some(({ key }) => key.id === ids[2]))
  const upserts = client
    .seen("messages.upsert")
    .filter(({ messages }) => messages.some(({ key }) => ids.includes(key.id ?? "")))
  expect(upserts.flatMap(({ messages }) => messages.map(({ key }) => key.id))).toEqual(ids)
  expect(upserts[0]?.type).toBe("append")
  expect(await control.queue({ phoneId: phone.id })).toEqual([])
})

test("a person is found by number, with LID and devices", async () => {
  const contact = await control.createContact({})
  const found = await account.client.socket.onWhatsApp(contact.phone, "4915000000000")
  expect(found).toEqual([{ jid: contact.pn, exists: true }])
})

test("a keep-alive ping is answered", async () => {
  const answer: unknown = await account.client.socket.query({
    tag: "iq",
    attrs: { to: "@s.whatsapp.net", type: "get", xmlns: "w:p" },
    content: [{ tag: "ping", attrs: {} }],
  })
  expect(answer).toMatchObject({ attrs: { type: "result" } })
})

test("a complete run leaves no decrypt error and no unknown stanza", async () => {
  expect(await control.counters()).toMatchObject({
    decryptErrors: 0,
    unknownStanzas: 0,
    malformedStanzas: 0,
    retriesRequested: 0,
  })
  await eventually(async () => expect(await control.queue({ phoneId: account.phone.id })).toEqual([]))
})
