import { afterEach, beforeEach, expect, test } from "vitest"
import { nudge, requestCommand } from "@wildcat/shared/bus"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World

beforeEach(async () => {
  world = await createWorld()
})

afterEach(() => world.stop())

async function lastRow(account: string) {
  const [row] = await world.store.collections.sessionLog.find({ account }).sort({ n: -1 }).limit(1).toArray()
  if (row === undefined) throw new Error("the log is empty")
  return row
}

test("a frozen owner is fenced: another takes over, and what the frozen one had staged never leaves", async () => {
  const frozen = await world.startWorker({ WORKER_ID: "worker-1" })
  const account = await world.linkAccount()
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "one" })
  await waitUntil("the first", async () => (await world.events("message.received")).length === 1)

  frozen.kill("SIGSTOP")
  const { id, waId } = await world.queue(account.id, contact.pn, { type: "text", text: "once only" })
  const ask = { account: account.id, verb: "account.qr", request: {}, deadlineMs: 60_000 } as const
  const asked = requestCommand(world.bus, ask).catch((error: unknown) => error)
  await world.startWorker({ WORKER_ID: "worker-2" })
  await waitUntil("the new owner", async () => (await world.account(account.id)).owner?.worker === "worker-2")
  await waitUntil(
    "sent by it",
    async () => (await world.store.collections.outbox.findOne({ _id: id }))?.status === "server_ack",
  )

  const { n: rows } = await lastRow(account.id)
  const accepted = await world.whatsapp.counters()
  frozen.kill("SIGCONT")
  expect(await asked).toMatchObject({ code: "session_timeout", message: expect.stringContaining("expired") })
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "two" })
  await waitUntil("the second", async () => (await world.events("message.received")).length === 2)
  await waitUntil("the frozen one noticed", () => frozen.lines.some((line) => line.includes("session.log_died")))
  expect((await world.account(account.id)).owner?.worker).toBe("worker-2")
  const fenced = frozen.lines.filter((line) => line.includes("session.log_died"))
  expect(fenced.every((line) => line.includes("Fenced"))).toBe(true)
  const later = await world.store.collections.sessionLog.find({ account: account.id, n: { $gt: rows } }).toArray()
  const { owner } = await lastRow(account.id)
  expect(
    later.map((row) => row.owner),
    "every later row is the new owner's",
  ).toEqual(later.map(() => owner))
  const { messagesFromClients } = await world.whatsapp.counters()
  expect(messagesFromClients, "no message came from the old connection").toBe(accepted.messagesFromClients)
  const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
  expect(got.map((message) => message.messageId)).toEqual([waId])
  const sequences = (await world.events()).map((event) => event.sequence)
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  expect((await world.whatsapp.counters()).pairings).toBe(1)
})

test("a restart begins the session anew under the same worker, linked as before, and is done once", async () => {
  await world.startWorker()
  const account = await world.linkAccount()
  const former = (await world.account(account.id)).owner
  const now = new Date()
  await world.store.models.accounts.updateOne({ _id: account.id }, { $set: { restartAt: now, updatedAt: now } })
  nudge(world.bus, world.bus.subjects.accountsNudge)
  const owner = await waitUntil("the new session", async () => {
    const found = await world.account(account.id)
    return found.owner?.epoch !== former?.epoch && found.status === "connected" && found.owner
  })
  expect(owner).toMatchObject({ worker: former?.worker, why: "restarted" })
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "still there?" })
  await waitUntil("the event", async () => (await world.events("message.received")).length === 1)
  expect((await world.account(account.id)).owner?.epoch).toBe(owner.epoch)
  expect((await world.whatsapp.counters()).pairings).toBe(1)
})

test("a second process with the same WORKER_ID replaces the first one", async () => {
  const first = await world.startWorker()
  const account = await world.linkAccount()
  await world.startWorker()
  expect(await first.exited).toMatchObject({ code: 1 })
  await world.waitForStatus(account.id, "connected")
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "hello" })
  await waitUntil("the event", async () => (await world.events("message.received")).length === 1)
})
