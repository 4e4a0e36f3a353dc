import { afterEach, beforeEach, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World

beforeEach(async () => {
  world = await createWorld({ ackDelayMs: 20 })
})

afterEach(() => world.stop())

test("a server whose certificate leads to another root is refused", async () => {
  await world.startWorker({ WHATSAPP_ROOT_KEY: "ab".repeat(32) })
  const row = await world.waitForStatus(await world.createAccount(), "failed")
  expect(row.reason?.code).toBe("untrusted_server")
})

test("WhatsApp's own root is trusted by default, and nothing else", async () => {
  await world.startWorker({ WHATSAPP_ROOT_KEY: "" })
  const row = await world.waitForStatus(await world.createAccount(), "failed")
  expect(row.reason?.code).toBe("untrusted_server")
})

test("a pairing whose signature is forged is refused", async () => {
  await world.startWorker()
  await world.whatsapp.setFault({ kind: "forged-pairing", count: 1 })
  const id = await world.createAccount()
  const phone = await world.whatsapp.createPhone()
  await world.scan(id, phone.id).catch(() => undefined)
  const row = await world.waitForStatus(id, "failed")
  expect(row.reason?.code).toBe("forged_pairing")
})

test("nothing is encrypted for a contact whose key bundle is forged", async () => {
  await world.startWorker()
  const account = await world.linkAccount()
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "forged-bundle" })
  const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "secret" })
  await world.send(account.id, id, false)
  await waitUntil(
    "failed",
    async () => (await world.store.collections.outbox.findOne({ _id: id }))?.status === "failed",
    {
      timeoutMs: 60_000,
    },
  )
  expect(await world.whatsapp.receivedMessages({ contactId: contact.id })).toEqual([])
}, 90_000)
