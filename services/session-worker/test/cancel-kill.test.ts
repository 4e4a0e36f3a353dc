import { tolerate } from "@wildcat/shared/runtime"
import { silentLog } from "@wildcat/shared/testing"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let contact: { id: string; pn: string }

beforeAll(async () => {
  const linked = await createLinkedWorld()
  ;({ world, account } = linked)
  contact = await world.whatsapp.createContact()
  // Somebody known: what a crash leaves in doubt to a stranger is not sent again anyway.
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "hi" })
  await waitUntil("known", async () => (await world.events("message.received")).length === 1)
  const first = await world.queue(account.id, contact.pn, { type: "text", text: "hello" })
  await world.send(account.id, first.id)
  await linked.worker.stop()
})
afterAll(() => world.stop())

const outbox = () => world.store.collections.outbox
const ended = (id: string) =>
  waitUntil("it has ended", async () => {
    const row = await outbox().findOne({ _id: id })
    return row !== null && row.status !== "queued" && row.status !== "sending" && row.status
  })
/** As the API does before it asks the owner. */
const wish = (id: string) =>
  outbox().updateOne(
    { _id: id, status: "queued", cancel: null },
    { $set: { cancel: { at: new Date(), settled: false }, priority: 0, dueAt: new Date() } },
  )
const got = async (waId: string) =>
  (await world.whatsapp.receivedMessages({ contactId: contact.id })).filter((each) => each.messageId === waId)

describe("a worker that is killed while it sends a message which somebody wants cancelled", () => {
  test.each([
    ["outbound.after-stage-before-commit", "cancelled"],
    ["outbound.after-commit-before-frame", "server_ack"],
    ["outbound.after-frame-before-ack", "server_ack"],
  ])(
    "at %s: the next owner says %s, and that is so",
    async (point, outcome) => {
      const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: point })
      await world.waitForStatus(account.id, "connected")
      const sent = await world.queue(account.id, contact.pn, { type: "text", text: point })
      const told = tolerate(world.send(account.id, sent.id, false), "it dies of it", silentLog)
      expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
      await told
      await wish(sent.id)
      const next = await world.startWorker()
      const status = await ended(sent.id)
      if (outcome === "cancelled") expect(status).toBe("cancelled")
      else expect(["server_ack", "delivered", "read"]).toContain(status)
      const last = await world.queue(account.id, contact.pn, { type: "text", text: "last" })
      await world.send(account.id, last.id)
      await waitUntil("the last is there", async () => (await got(last.waId)).length === 1)
      expect(await got(sent.waId)).toHaveLength(outcome === "cancelled" ? 0 : 1)
      await next.stop()
    },
    90_000,
  )
})

test("a cancellation that was answered holds, although its owner dies at once", async () => {
  const doomed = await world.startWorker()
  await world.waitForStatus(account.id, "connected")
  const dueAt = new Date(Date.now() + 3_000)
  const sent = await world.queue(account.id, contact.pn, { type: "text", text: "never" }, undefined, { dueAt })
  await wish(sent.id)
  const { status } = await account.order("message.cancel", { message: sent.id })
  doomed.kill("SIGKILL")
  expect(status).toBe("cancelled")
  await doomed.exited
  const next = await world.startWorker()
  expect(await ended(sent.id)).toBe("cancelled")
  await waitUntil("told", async () =>
    (await world.events("message.status")).some(({ data }) => data.id === sent.id && data.status === "cancelled"),
  )
  await waitUntil("its time has come", () => Date.now() > dueAt.getTime())
  const last = await world.queue(account.id, contact.pn, { type: "text", text: "last" })
  await tolerate(world.send(account.id, last.id), "the owner finds it by itself", silentLog)
  await waitUntil("the last is there", async () => (await got(last.waId)).length === 1)
  expect(await got(sent.waId)).toEqual([])
  await next.stop()
})
