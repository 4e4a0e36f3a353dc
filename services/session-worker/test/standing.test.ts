import { afterEach, beforeEach, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeEach(async () => {
  world = await createWorld()
})

afterEach(() => world.stop())

const link = async (env: Record<string, string> = {}) => {
  const worker = await world.startWorker(env)
  account = await world.linkAccount()
  return worker
}
const statuses = async () =>
  (await world.events("account.status")).map(({ data }) => `${data.status} ${data.reason?.code ?? ""}`.trim())
const restrictions = async () => (await world.events("account.restriction")).map(({ data }) => data.restriction)

test("a connection on which nothing comes any more is deaf: it is made anew, with that reason", async () => {
  await link({ KEEP_ALIVE_MS: "1000" })
  await world.whatsapp.disconnect({ phoneId: account.phoneId, how: "freeze" })
  await waitUntil("it is noticed", async () => (await statuses()).includes("disconnected connection_deaf"))
  await waitUntil("it is back", async () => (await statuses()).at(-1) === "connected")
  const contact = await world.whatsapp.createContact()
  const { messageId } = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "hear me" })
  await world.whatsapp.waitForReceipt({ messageId })
})

test("a connection that lives but answers for no message is deaf, and what was sent on it is sent once", async () => {
  await link({ KEEP_ALIVE_MS: "1000", DEAF_AFTER_MS: "1500" })
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "we know each other" })
  await waitUntil("the event", async () => (await world.events("message.received")).length > 0)
  await world.whatsapp.setFault({ kind: "ack-drop", phoneId: account.phoneId })
  await world.whatsapp.setFault({ kind: "stanza-drop", stanza: "receipt", phoneId: account.phoneId })
  const { id, waId } = await world.queue(account.id, contact.pn, { type: "text", text: "answer me" })
  world.send(account.id, id, false).catch(() => undefined)
  await waitUntil("it is noticed", async () => (await statuses()).includes("disconnected connection_deaf"))
  await world.whatsapp.clearFaults()
  await waitUntil("it is sent", async () => {
    const row = await world.store.collections.messages.findOne({ _id: id })
    return row?.status === "delivered"
  })
  const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
  expect(got.filter(({ messageId }) => messageId === waId)).toHaveLength(1)
  const told = async () => (await world.events("message.sent")).filter(({ data }) => data.id === id)
  await waitUntil("it is told", async () => (await told()).length > 0)
  expect(await told()).toHaveLength(1)
})

test("a time-lock on new chats is shown, survives a crash, and ends by itself", async () => {
  const worker = await link()
  const until = new Date(Math.ceil(Date.now() / 1000) * 1000 + 8_000)
  await world.whatsapp.tellTimeLock({ phoneId: account.phoneId, until: until.toISOString() })
  const restriction = await waitUntil("it is shown", async () => (await world.account(account.id)).restriction)
  expect(restriction).toMatchObject({ code: "reachout_timelock", until })
  worker.kill("SIGKILL")
  await worker.exited
  await world.startWorker()
  await waitUntil("its end", async () => (await world.account(account.id)).restriction === null)
  expect(Date.now()).toBeGreaterThanOrEqual(until.getTime())
  await waitUntil("its end is told", async () => (await restrictions()).length > 1)
  expect(await restrictions()).toMatchObject([{ code: "reachout_timelock", until: until.toISOString() }, null])
})

test("a refusal with 463 restricts the account, and WhatsApp's word lifts it", async () => {
  await link()
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "ack-error", code: 463, count: 1 })
  const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "may I?" })
  expect(await world.send(account.id, id)).toBe("failed")
  await waitUntil("it is shown", async () => (await world.account(account.id)).restriction?.code === "refused_463")
  await world.whatsapp.tellTimeLock({ phoneId: account.phoneId, until: null })
  await waitUntil("its end", async () => (await world.account(account.id)).restriction === null)
  await waitUntil("its end is told", async () => (await restrictions()).length > 1)
  expect(await restrictions()).toMatchObject([{ code: "refused_463" }, null])
})
