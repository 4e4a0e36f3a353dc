import { afterAll, beforeAll, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let worker: ServiceProcess

beforeAll(async () => {
  ;({ world, worker, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

test("a restarted worker goes on without a new QR code and takes what came meanwhile", async () => {
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "before" })
  await waitUntil("the first", async () => (await world.events("message.received")).length === 1)
  await worker.stop()
  const row = await world.account(account.id)
  expect(row).toMatchObject({ status: "disconnected", owner: null })
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "meanwhile" })
  const queued = await world.queue(account.id, contact.pn, { type: "text", text: "answer" })

  worker = await world.startWorker()
  await world.waitForStatus(account.id, "connected")
  const texts = await waitUntil("both", async () => {
    const events = await world.events("message.received")
    return events.length >= 2 && events.map((event) => event.data.content)
  })
  expect(texts).toEqual([
    { type: "text", text: "before" },
    { type: "text", text: "meanwhile" },
  ])
  await world.received(contact.id, queued.waId)
  const counters = await world.whatsapp.counters()
  expect(counters.pairings).toBe(1)
  expect(counters.unknownStanzas).toBe(0)
})

test("events of an account are numbered without gaps across restarts", async () => {
  const sequences = (await world.events()).map((event) => event.sequence)
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
})

test("a worker that was killed takes its sessions back at once", async () => {
  worker.kill("SIGKILL")
  await worker.exited
  worker = await world.startWorker()
  await waitUntil("a later epoch", async () => ((await world.account(account.id)).owner?.epoch ?? 0) >= 3)
  await world.waitForStatus(account.id, "connected")
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "still there?" })
  const event = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.author.pn === contact.pn),
  )
  expect(event.data.content).toEqual({ type: "text", text: "still there?" })
})

test("the phone's own messages are told as sent from the phone", async () => {
  const contact = await world.whatsapp.createContact()
  const { messageId } = await world.whatsapp.sendText({ from: account.phoneId, to: contact.pn, text: "from my phone" })
  const event = await waitUntil("the event", async () =>
    (await world.events("message.sent")).find((each) => each.data.waId === messageId),
  )
  expect(event.data).toMatchObject({ source: "phone", fromMe: true, chat: { pn: contact.pn } })
})
