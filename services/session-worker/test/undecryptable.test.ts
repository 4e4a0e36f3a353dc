import { afterEach, beforeEach, expect, test } from "vitest"
import { readWorkers } from "@wildcat/shared/bus"
import type { Undecryptable } from "@wildcat/shared/bus"
import type { EventType } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
/** Soon enough for a test that waits until a message is given up. */
const hasty = { MISSED_ASK_MS: "100" }

beforeEach(async () => {
  const linked = await createLinkedWorld(hasty)
  ;({ world, account } = linked)
  await linked.worker.stop()
})

afterEach(() => world.stop())

const written = async (text: string) => {
  const contact = await world.whatsapp.createContact()
  return (await world.whatsapp.sendText({ from: contact.id, to: account.pn, text })).messageId
}
const told = async (type: EventType, waId: string) =>
  (await world.events(type)).filter(({ data }) => "waId" in data && data.waId === waId)
const stored = (waId: string) => world.store.collections.messages.findOne({ account: account.id, waId })
const counted = (counts: Undecryptable) =>
  waitUntil("the worker's heartbeat counts it", async () => {
    const workers = await readWorkers(world.bus)
    return workers.some(({ beat }) => JSON.stringify(beat.undecryptable) === JSON.stringify(counts))
  })
const connected = () => world.waitForStatus(account.id, "connected")
const isClear = () =>
  waitUntil("nothing waits", async () => (await world.whatsapp.queue({ phoneId: account.phoneId })).length === 0)

test.each([
  ["undecryptable-message", "missed.after-staging-before-commit"],
  ["undecryptable-message", "missed.after-commit-before-answer"],
  ["unavailable-message", "missed.after-commit-before-answer"],
] as const)("%s: killed at %s, it is told once, as what it says", async (kind, point) => {
  await world.whatsapp.setFault({ kind, count: 1 })
  const doomed = await world.startWorker({ ...hasty, WILDCAT_FAULT_POINT: point })
  await connected()
  const waId = await written("precious")
  expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
  await world.startWorker(hasty)
  await waitUntil("the event", async () => (await told("message.received", waId)).length > 0)
  const [event] = await told("message.received", waId)
  expect(event?.data).toMatchObject({ content: { type: "text", text: "precious" } })
  await isClear()
  expect(await told("message.received", waId)).toHaveLength(1)
  expect(await told("message.undecryptable", waId)).toHaveLength(0)
  expect(await stored(waId)).toMatchObject({ content: { type: "text", text: "precious" } })
})

test("a message that was asked for is asked for again by the next owner when no answer comes", async () => {
  await world.whatsapp.setFault({ kind: "unavailable-message", count: 1 })
  const doomed = await world.startWorker({ MISSED_ASK_MS: "1000" })
  await connected()
  const waId = await written("on the phone")
  await isClear()
  doomed.kill("SIGKILL")
  await doomed.exited
  expect(await told("message.received", waId)).toHaveLength(0)
  await world.startWorker({ MISSED_ASK_MS: "1000" })
  await waitUntil("the event", async () => (await told("message.received", waId)).length > 0)
  expect(await stored(waId)).toMatchObject({ content: { type: "text", text: "on the phone" } })
  expect(await told("message.undecryptable", waId)).toHaveLength(0)
})

test("a message that stays undecryptable is told as such, after a bounded number of requests", async () => {
  await world.startWorker(hasty)
  await connected()
  await world.whatsapp.setFault({ kind: "undecryptable-message", phoneId: account.phoneId })
  const waId = await written("hopeless")
  await waitUntil("it is given up", async () => (await told("message.undecryptable", waId)).length > 0)
  expect(await stored(waId)).toMatchObject({ content: { type: "undecryptable", reason: "undecryptable" } })
  const { retriesRequested } = await world.whatsapp.counters()
  expect(retriesRequested).toBeGreaterThan(1)
  expect(retriesRequested).toBeLessThanOrEqual(20)
  expect(await told("message.undecryptable", waId)).toHaveLength(1)
  await counted({ atFirst: 1, readLater: 0, givenUp: 1 })
})

test("a message that comes after it was given up is told under the same id, and replaces what was stored", async () => {
  await world.startWorker(hasty)
  await connected()
  await world.whatsapp.setFault({ kind: "unavailable-message", count: 1 })
  const waId = await written("better late")
  await isClear()
  await world.whatsapp.setFault({ kind: "stanza-delay", stanza: "message text", delayMs: 6_000, count: 1 })
  await waitUntil("it is given up", async () => (await told("message.undecryptable", waId)).length > 0)
  expect(await stored(waId)).toMatchObject({ content: { type: "undecryptable", reason: "unavailable" } })
  await waitUntil("it comes", async () => (await told("message.received", waId)).length > 0)
  await waitUntil("it is replaced", async () => (await stored(waId))?.content.type === "text")
  const ids = (await world.events()).flatMap(({ data }) => ("waId" in data && data.waId === waId ? [data.id] : []))
  expect(new Set(ids).size).toBe(1)
  await counted({ atFirst: 1, readLater: 1, givenUp: 1 })
})

test("a contact that could not decrypt gets the message again, from the next owner too", async () => {
  const doomed = await world.startWorker(hasty)
  await connected()
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.setFault({ kind: "contact-cannot-decrypt", count: 1 })
  await world.whatsapp.setFault({ kind: "stanza-drop", stanza: "receipt retry", count: 1 })
  const { id, waId } = await world.queue(account.id, contact.pn, { type: "text", text: "once more" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  await waitUntil("it is asked for", async () =>
    (await world.whatsapp.queue({ phoneId: account.phoneId })).some(({ tag }) => tag === "receipt"),
  )
  doomed.kill("SIGKILL")
  await doomed.exited
  await world.startWorker(hasty)
  expect(await world.received(contact.id, waId)).toMatchObject({ text: "once more", copies: 1 })
  await isClear()
})

test("keys and history that the account's phone sends to this device alone are asked for again, by the next owner too", async () => {
  await world.whatsapp.setFault({ kind: "undecryptable-peer-message", count: 3 })
  const doomed = await world.startWorker({ ...hasty, WILDCAT_FAULT_POINT: "peer.after-request" })
  const id = await world.createAccount()
  const phone = await world.whatsapp.createPhone()
  await world.scan(id, phone.id)
  expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
  await world.startWorker(hasty)
  await waitUntil("the key is stored", () =>
    world.store.collections.authStates.findOne({ account: id, _id: { $regex: ":app-state-sync-key:" } }),
  )
  await waitUntil("the history is told", async () => (await world.events("history.synced", id)).length > 0)
  await waitUntil("nothing waits", async () => (await world.whatsapp.queue({ phoneId: phone.id })).length === 0)
  expect((await world.whatsapp.counters()).pairings).toBe(2)
})

test("a view-once message that only the phone shows is told as undecryptable at once", async () => {
  await world.startWorker(hasty)
  await connected()
  await world.whatsapp.setFault({ kind: "unavailable-message", type: "view_once", count: 1 })
  const waId = await written("only once")
  await waitUntil("the event", async () => (await told("message.undecryptable", waId)).length > 0)
  expect(await stored(waId)).toMatchObject({ content: { type: "undecryptable", reason: "unavailable" } })
  await isClear()
})
