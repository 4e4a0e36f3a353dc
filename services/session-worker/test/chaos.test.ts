import { setTimeout as pause } from "node:timers/promises"
import { afterAll, beforeAll, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let worker: ServiceProcess

const kills = Number(process.env["CHAOS_KILLS"] ?? "5")

beforeAll(async () => {
  ;({ world, worker, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

test("killed at random instants under traffic both ways, nothing is lost and nothing is told twice", async () => {
  const contacts = await Promise.all([1, 2, 3].map(() => world.whatsapp.createContact()))
  const group = await world.whatsapp.createGroup({
    subject: "us",
    participants: [account.phoneId, ...contacts.map(({ id }) => id)],
  })
  const groupJid = `${group.id.replace(/@.*/, "")}@g.us`
  const inbound: string[] = []
  // A message that begins a chat is not sent a second time.
  for (const { id } of contacts) {
    const { messageId } = await world.whatsapp.sendText({ from: id, to: account.pn, text: "good morning" })
    await world.whatsapp.waitForReceipt({ messageId })
    inbound.push(messageId)
  }
  const outbound: { id: string; waId: string; contacts: string[] }[] = []
  const over = new AbortController()

  const speak = async (contactId: string) => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const to = n % 4 === 0 ? { groupId: group.id } : { to: account.pn }
      const { messageId } = await world.whatsapp.sendText({ from: contactId, ...to, text: `in ${contactId} ${n}` })
      inbound.push(messageId)
      await pause(40 + Math.random() * 60)
    }
  }
  const answer = async () => {
    for (let n = 0; !over.signal.aborted; n += 1) {
      const contact = contacts[n % contacts.length]
      if (contact === undefined) throw new Error("there are contacts")
      const isGroup = n % 5 === 0
      const sent = await world.queue(account.id, isGroup ? groupJid : contact.pn, { type: "text", text: `out ${n}` })
      outbound.push({ ...sent, contacts: isGroup ? contacts.map(({ id }) => id) : [contact.id] })
      world.send(account.id, sent.id, false).catch(() => undefined)
      await pause(40 + Math.random() * 60)
    }
  }
  const traffic = Promise.all([...contacts.map(({ id }) => speak(id)), answer()])
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(500 + Math.random() * 1_500)
    worker.kill("SIGKILL")
    await worker.exited
    worker = await world.startWorker()
  }
  await pause(1_000)
  over.abort()
  await traffic

  const told = await waitUntil(
    "every inbound message is told",
    async () => {
      const events = await world.events("message.received")
      const ids = new Set(events.map((event) => event.data.waId))
      return inbound.every((id) => ids.has(id)) && events
    },
    { everyMs: 500 },
  )
  expect(told).toHaveLength(inbound.length)
  expect(new Set(told.map((event) => event.id)).size).toBe(inbound.length)
  for (const contact of contacts) {
    const expected = outbound.filter((each) => each.contacts.includes(contact.id)).map((each) => each.waId)
    const got = await waitUntil(
      "every send has arrived",
      async () => {
        const all = await world.whatsapp.receivedMessages({ contactId: contact.id })
        const ids = all.filter((message) => message.from === account.pn).map((message) => message.messageId)
        return expected.every((id) => ids.includes(id)) && ids
      },
      { everyMs: 500 },
    )
    expect(got.toSorted()).toEqual(expected.toSorted())
  }
  const sent = await waitUntil(
    "every send is told",
    async () => {
      const events = await world.events("message.sent")
      return events.length >= outbound.length && events
    },
    { everyMs: 500 },
  )
  expect(sent.map((event) => event.data.id).toSorted()).toEqual(outbound.map((each) => each.id).toSorted())
  const sequences = (await world.events()).map((event) => event.sequence)
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  const counters = await world.whatsapp.counters()
  expect(counters).toMatchObject({ pairings: 1, unknownStanzas: 0, malformedStanzas: 0 })
})
