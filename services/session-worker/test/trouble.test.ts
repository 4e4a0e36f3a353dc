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

const received = async (waId: string) =>
  (await world.events("message.received")).filter((event) => event.data.waId === waId)

test("a message that is delivered twice is told once", async () => {
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "duplicate-message", count: 1 })
  const first = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "twice" })
  const second = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "next" })
  await waitUntil("the next", async () => (await received(second.messageId)).length > 0)
  expect(await received(first.messageId)).toHaveLength(1)
})

test("a message that cannot be decrypted is asked for again and told once", async () => {
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "undecryptable-message", count: 1 })
  const { messageId } = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "again, please" })
  await waitUntil("the event", async () => (await received(messageId)).length > 0)
  const [event] = await received(messageId)
  expect(event?.data.content).toEqual({ type: "text", text: "again, please" })
  expect(await received(messageId)).toHaveLength(1)
})

test("a contact that could not decrypt gets the message again", async () => {
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "contact-cannot-decrypt", count: 1 })
  const { id, waId } = await world.queue(account.id, contact.pn, { type: "text", text: "once more" })
  await world.send(account.id, id)
  const got = await world.received(contact.id, waId)
  expect(got).toMatchObject({ text: "once more", copies: 1 })
})

test("a send that WhatsApp refuses has failed, with WhatsApp's code", async () => {
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "ack-error", code: 479, count: 1 })
  const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "refused" })
  expect(await world.send(account.id, id)).toBe("failed")
  const event = await waitUntil("the event", async () =>
    (await world.events("message.status")).find((each) => each.data.id === id),
  )
  expect(event.data).toMatchObject({ status: "failed", ack: -1, error: { code: "whatsapp_479" } })
  expect((await world.events("message.sent")).some((each) => each.data.id === id)).toBe(false)
})

test("a number that is not on WhatsApp fails with that reason", async () => {
  const { id } = await world.queue(account.id, "4915100000001@s.whatsapp.net", { type: "text", text: "anyone?" })
  expect(await world.send(account.id, id)).toBe("failed")
  const row = await world.store.collections.outbox.findOne({ _id: id })
  expect(row?.error?.code).toBe("not_on_whatsapp")
})

test("an unconfirmed send that gets a receipt counts as sent", async () => {
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "ack-drop", count: 1 })
  const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "no ack" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  await waitUntil("the event", async () => (await world.events("message.sent")).some((event) => event.data.id === id))
  const events = await world.events("message.sent")
  expect(events.filter((event) => event.data.id === id)).toHaveLength(1)
})

test("texts go both ways in a group, and each member's receipt is told with the member", async () => {
  const [ann, ben] = await Promise.all([world.whatsapp.createContact(), world.whatsapp.createContact()])
  const group = await world.whatsapp.createGroup({ subject: "us", participants: [account.phoneId, ann.id, ben.id] })
  const jid = `${group.id.replace(/@.*/, "")}@g.us`
  const { messageId } = await world.whatsapp.sendText({ from: ann.id, groupId: group.id, text: "hello all" })
  await waitUntil("the event", async () => (await received(messageId)).length > 0)
  const [event] = await received(messageId)
  expect(event?.data).toMatchObject({ chat: { kind: "group", jid }, author: { pn: ann.pn, lid: ann.lid } })
  const { id, waId } = await world.queue(account.id, jid, { type: "text", text: "hello you" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  for (const member of [ann, ben]) {
    await world.received(member.id, waId)
  }
  await waitUntil("both receipts", async () => {
    const of = (await world.events("message.status")).filter((each) => each.data.id === id)
    const who = new Set(of.filter((each) => each.data.status === "delivered").map((each) => each.data.recipient?.pn))
    return who.has(ann.pn) && who.has(ben.pn)
  })
})

test("a text of the greatest length is whole in the message log and cut in the event", async () => {
  const contact = await world.whatsapp.createContact()
  const text = "ä€".repeat(32_768)
  const { messageId } = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text })
  await waitUntil("the event", async () => (await received(messageId)).length > 0)
  const [event] = await received(messageId)
  expect(event?.data.content).toMatchObject({ type: "text", textTruncated: true })
  const row = await world.store.collections.messages.findOne({ _id: event?.data.id ?? "" })
  expect(row?.content).toEqual({ type: "text", text })
})

test("two accounts of one process that talk with the same contact do not mix", async () => {
  const other = await world.linkAccount()
  const contact = await world.whatsapp.createContact()
  const texts = Array.from({ length: 15 }, (_, index) => index)
  await Promise.all(
    texts.flatMap((index) =>
      [account, other].flatMap((to) => [
        world.whatsapp.sendText({ from: contact.id, to: to.pn, text: `in ${to.id} ${index}` }),
        world
          .queue(to.id, contact.pn, { type: "text", text: `out ${to.id} ${index}` })
          .then(({ id }) => world.send(to.id, id)),
      ]),
    ),
  )
  for (const to of [account, other]) {
    await waitUntil("all in", async () => {
      const of = (await world.events("message.received", to.id)).map((event) => event.data.content)
      return (
        of.filter((content) => content.type === "text" && content.text.startsWith(`in ${to.id}`)).length ===
        texts.length
      )
    })
  }
  const got = await waitUntil("all out", async () => {
    const all = await world.whatsapp.receivedMessages({ contactId: contact.id })
    return all.length >= texts.length * 2 && all
  })
  expect(got.every((message) => message.copies === 1)).toBe(true)
  expect((await world.whatsapp.counters()).unknownStanzas).toBe(0)
})
