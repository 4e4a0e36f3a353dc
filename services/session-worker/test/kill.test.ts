import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { dieAt } from "./die-at.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
/** Somebody who has written to the account. */
let friend: { id: string; pn: string }

beforeEach(async () => {
  const linked = await createLinkedWorld()
  ;({ world, account } = linked)
  friend = await world.whatsapp.createContact()
  const { messageId } = await world.whatsapp.sendText({ from: friend.id, to: account.pn, text: "good morning" })
  await waitUntil("it is told", async () => (await world.events("message.received")).length > 0)
  await world.whatsapp.waitForReceipt({ messageId })
  await linked.worker.stop()
})

afterEach(() => world.stop())

describe.each([
  "inbound.after-decrypt-before-commit",
  "inbound.after-commit-before-receipt",
  "pump.after-messages-before-publish",
  "pump.after-publish-before-remove",
])("killed at %s", (point) => {
  test("the inbound message becomes exactly one event and one row", async () => {
    const contact = await world.whatsapp.createContact()
    let waId = ""
    await dieAt(world, account, point, async () => {
      waId = (await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "precious" })).messageId
    })
    await world.whatsapp.waitForReceipt({ messageId: waId })
    await waitUntil("the event", async () =>
      (await world.events("message.received")).some((event) => event.data.waId === waId),
    )
    const last = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "last" })
    await waitUntil("the last", async () =>
      (await world.events("message.received")).some((event) => event.data.waId === last.messageId),
    )
    const events = (await world.events("message.received")).filter((event) => event.data.waId === waId)
    expect(events).toHaveLength(1)
    expect(await world.store.collections.messages.countDocuments({ account: account.id, waId })).toBe(1)
    expect((await world.whatsapp.counters()).pairings).toBe(1)
  })
})

describe.each([
  "outbound.after-stage-before-commit",
  "outbound.after-commit-before-frame",
  "outbound.after-frame-before-ack",
  "pump.after-messages-before-publish",
  "pump.after-publish-before-remove",
])("killed at %s", (point) => {
  test("the send reaches the contact under exactly one id, and is told once", async () => {
    let sent = { id: "", waId: "" }
    await dieAt(world, account, point, async () => {
      sent = await world.queue(account.id, friend.pn, { type: "text", text: "precious" })
      world.send(account.id, sent.id, false).catch(() => undefined)
    })
    await world.received(friend.id, sent.waId)
    const delivered = await waitUntil("delivered", async () => {
      const row = await world.store.collections.messages.findOne({ _id: sent.id })
      return row?.status === "delivered" && row
    })
    expect(delivered.source).toBe("api")
    await waitUntil("delivery is told", async () =>
      (await world.events("message.status")).some((event) => event.data.status === "delivered"),
    )
    const got = await world.whatsapp.receivedMessages({ contactId: friend.id })
    expect(got.map((message) => message.messageId)).toEqual([sent.waId])
    const events = await world.events("message.sent")
    expect(events.map((event) => event.data.id)).toEqual([sent.id])
    const sequences = (await world.events()).map((event) => event.sequence)
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
    expect((await world.whatsapp.counters()).pairings).toBe(1)
  })
})

describe.each([
  ["a stranger", false, "unknown"],
  ["a stranger who has given a privacy token", true, "delivered"],
] as const)("killed when a first message to %s may have left", (_, hasToken, status) => {
  test(`it is ${status}`, async () => {
    const stranger = await world.whatsapp.createContact()
    if (hasToken) {
      await world.whatsapp.givePrivacyToken({ contactId: stranger.id, to: account.phoneId })
      const worker = await world.startWorker()
      await waitUntil("nothing waits", async () => {
        return (await world.whatsapp.queue({ phoneId: account.phoneId })).length === 0
      })
      await worker.stop()
    }
    let id = ""
    await dieAt(world, account, "outbound.after-commit-before-frame", async () => {
      id = (await world.queue(account.id, stranger.pn, { type: "text", text: "hello, you do not know me" })).id
      world.send(account.id, id, false).catch(() => undefined)
    })
    await waitUntil(status, async () => {
      const row = await world.store.collections.messages.findOne({ _id: id })
      return row?.status === status
    })
  })
})
