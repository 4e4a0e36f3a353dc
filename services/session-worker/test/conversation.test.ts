import { afterAll, beforeAll, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

test("a contact's text becomes one event and one row", async () => {
  const contact = await world.whatsapp.createContact({ name: "Ann" })
  const sent = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "hello" })
  const event = await waitUntil("the event", async () => (await world.events("message.received"))[0])
  expect(event.data).toMatchObject({
    waId: sent.messageId,
    content: { type: "text", text: "hello" },
    source: "contact",
    fromMe: false,
    author: { pn: contact.pn, lid: contact.lid },
    chat: { kind: "direct", jid: contact.pn },
  })
  await world.whatsapp.waitForReceipt({ messageId: sent.messageId })
  const row = await world.store.collections.messages.findOne({ _id: event.data.id })
  expect(row?.content).toEqual({ type: "text", text: "hello" })
})

test("a text is answered when WhatsApp's server has it, and its progress is told [A13 B6 D1 E8 E9 P14 P82]", async () => {
  const contact = await world.whatsapp.createContact({ name: "Ben", autoRead: true })
  const { id, waId } = await world.queue(account.id, contact.pn, { type: "text", text: "hi Ben" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(contact.id, waId)
  expect(got).toMatchObject({ text: "hi Ben", copies: 1 })
  const states = await waitUntil("read", async () => {
    const events = await world.events("message.status")
    const of = events.filter((event) => event.data.id === id).map((event) => event.data.status)
    return of.includes("read") && of
  })
  expect(states).toEqual(["delivered", "read"])
  const sent = (await world.events("message.sent")).filter((event) => event.data.id === id)
  expect(sent).toHaveLength(1)
  expect(sent[0]?.data).toMatchObject({ source: "api", content: { type: "text", text: "hi Ben" } })
})
