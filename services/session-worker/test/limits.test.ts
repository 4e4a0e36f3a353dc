import { afterEach, beforeEach, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World

beforeEach(async () => {
  world = await createWorld()
})

afterEach(() => world.stop())

test("an account whose QR codes nobody scans fails, and shows new ones when started again", async () => {
  await world.startWorker({ QR_ROUNDS: "2", QR_LIFE_MS: "150" })
  const id = await world.createAccount()
  const row = await world.waitForStatus(id, "failed")
  expect(row.reason).toMatchObject({ code: "qr_expired", class: "needs-human" })
  const events = await world.events("account.status")
  expect(events.filter((event) => event.data.status === "qr")).toHaveLength(2)
  await world.setDesired(id, "running")
  await world.waitForStatus(id, "qr")
})

test("a send that is in doubt for too long is `unknown`, and is not sent again", async () => {
  const first = await world.startWorker()
  const account = await world.linkAccount()
  const contact = await world.whatsapp.createContact()
  await first.stop()
  const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: "outbound.after-commit-before-frame" })
  await world.waitForStatus(account.id, "connected")
  const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "who knows" })
  world.send(account.id, id, false).catch(() => undefined)
  await doomed.exited
  await world.startWorker({ IN_DOUBT_RESEND_MS: "0" })
  await waitUntil(
    "unknown",
    async () => (await world.store.collections.outbox.findOne({ _id: id }))?.status === "unknown",
  )
  const event = await waitUntil("the event", async () => (await world.events("message.status"))[0])
  expect(event.data).toMatchObject({ id, status: "unknown", error: null })
  expect(await world.whatsapp.receivedMessages({ contactId: contact.id })).toEqual([])
})
