import { DEFAULT_CONNECTION_CONFIG } from "@whiskeysockets/baileys"
import { afterEach, beforeEach, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World

beforeEach(async () => {
  world = await createWorld()
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
  const event = await waitUntil("failed", async () =>
    (await world.events("message.status")).find(({ data }) => data.id === id),
  )
  expect(event.data).toMatchObject({ status: "failed", error: { code: "forged_keys" } })
  expect(await world.whatsapp.receivedMessages({ contactId: contact.id })).toEqual([])
})

test("the version of WhatsApp Web is the one of the built-in client, or the one that is set", async () => {
  const versionOf = async (phoneId: string) =>
    (await world.whatsapp.phones()).find(({ id }) => id === phoneId)?.devices[0]?.version
  const worker = await world.startWorker()
  const account = await world.linkAccount()
  expect(await versionOf(account.phoneId)).toBe(DEFAULT_CONNECTION_CONFIG.version.join("."))
  await worker.stop()
  await world.startWorker({ WHATSAPP_VERSION: "2.3000.1234567890" })
  await world.waitForStatus(account.id, "connected")
  expect(await versionOf(account.phoneId)).toBe("2.3000.1234567890")
})
