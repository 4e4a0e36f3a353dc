import { newId } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { text } from "./conversations.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})
afterAll(() => world.stop())

const cancel = async (message: string) => (await account.order("message.cancel", { message })).status
const statusOf = async (id: string) => (await world.store.collections.outbox.findOne({ _id: id }))?.status
const statusEvents = async (id: string) =>
  (await world.events("message.status")).filter((event) => event.data.id === id).map((event) => event.data.status)

test("a message with a time leaves then and not before, without anybody calling [P69]", async () => {
  const contact = await world.whatsapp.createContact()
  const dueAt = new Date(Date.now() + 2_500)
  const sent = await world.queue(account.id, contact.pn, text("later"), undefined, { dueAt, sendAt: dueAt })
  await world.send(account.id, sent.id, false)
  const now = await world.queue(account.id, contact.pn, text("now"))
  await world.send(account.id, now.id)
  await world.received(contact.id, sent.waId)
  expect(Date.now()).toBeGreaterThanOrEqual(dueAt.getTime())
  const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
  expect(got.map((message) => message.messageId)).toEqual([now.waId, sent.waId])
})

test("a message that waits past its end is expired, which is told, and is never sent", async () => {
  const contact = await world.whatsapp.createContact()
  const dueAt = new Date(Date.now() + 600_000)
  const expiresAt = new Date(Date.now() + 500)
  const sent = await world.queue(account.id, contact.pn, text("stale"), undefined, { dueAt, expiresAt })
  await waitUntil("expired", async () => (await statusOf(sent.id)) === "expired")
  await waitUntil("told", async () => (await statusEvents(sent.id)).includes("expired"))
  expect(await world.whatsapp.receivedMessages({ contactId: contact.id })).toEqual([])
})

test("what waits goes by class, then by time", async () => {
  const contact = await world.whatsapp.createContact()
  const dueAt = new Date(Date.now() + 1_500)
  const order = [2, 1, 0, 2, 0]
  const queued = await Promise.all(
    order.map((priority, index) =>
      world.queue(account.id, contact.pn, text(`${priority}.${index}`), undefined, {
        dueAt: new Date(dueAt.getTime() + index),
        priority,
      }),
    ),
  )
  // Nobody looks before all of them are due.
  await waitUntil("all are due", () => Date.now() > dueAt.getTime() + 10)
  const last = queued.at(-1)
  await waitUntil("all are there", async () => {
    const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
    return last !== undefined && got.length === order.length
  })
  const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
  expect(got.map((message) => message.text)).toEqual(["0.2", "0.4", "1.1", "2.0", "2.3"])
})

test("a cancelled message is told as cancelled and never sent; a second cancellation says the same", async () => {
  const contact = await world.whatsapp.createContact()
  const dueAt = new Date(Date.now() + 2_000)
  const sent = await world.queue(account.id, contact.pn, text("never"), undefined, { dueAt })
  await world.send(account.id, sent.id, false)
  expect(await cancel(sent.id)).toBe("cancelled")
  expect(await cancel(sent.id)).toBe("cancelled")
  const later = await world.queue(account.id, contact.pn, text("after"), undefined, {
    dueAt: new Date(dueAt.getTime() + 1),
  })
  await world.received(contact.id, later.waId)
  expect((await world.whatsapp.receivedMessages({ contactId: contact.id })).map((each) => each.messageId)).toEqual([
    later.waId,
  ])
  expect(await statusEvents(sent.id)).toEqual(["cancelled"])
})

test("a sent message cannot be cancelled, an unknown one is not found", async () => {
  const contact = await world.whatsapp.createContact()
  const sent = await world.queue(account.id, contact.pn, text("gone"))
  await world.send(account.id, sent.id)
  expect(["server_ack", "delivered"]).toContain(await cancel(sent.id))
  await expect(cancel(newId("message"))).rejects.toMatchObject({ code: "not_found" })
})

test("of sends and cancellations that race, each message is either sent or cancelled, and says so", async () => {
  const contact = await world.whatsapp.createContact()
  const queued = await Promise.all(
    Array.from({ length: 60 }, (_, index) => world.queue(account.id, contact.pn, text(`race ${index}`))),
  )
  const [first] = queued
  if (first !== undefined) void world.send(account.id, first.id, false)
  const answers = await Promise.all(queued.map(async ({ id, waId }) => ({ id, waId, status: await cancel(id) })))
  await waitUntil("all have ended", async () => {
    const open = { _id: { $in: queued.map(({ id }) => id) }, status: { $in: ["queued", "sending"] as const } }
    return (await world.store.collections.outbox.countDocuments(open)) === 0
  })
  const last = await world.queue(account.id, contact.pn, text("last"))
  await world.send(account.id, last.id)
  await world.received(contact.id, last.waId)
  const got = new Set((await world.whatsapp.receivedMessages({ contactId: contact.id })).map((each) => each.messageId))
  for (const { id, waId, status } of answers) {
    expect([status === "cancelled", await statusOf(id)]).toEqual([
      !got.has(waId),
      got.has(waId) ? expect.stringMatching(/server_ack/) : "cancelled",
    ])
  }
})
