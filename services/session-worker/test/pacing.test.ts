import { nudge } from "@wildcat/shared/bus"
import type { AccountPacing } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { tolerate } from "@wildcat/shared/runtime"
import { silentLog } from "@wildcat/shared/testing"
import { waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { text } from "./conversations.ts"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

let worker: ServiceProcess

beforeAll(async () => {
  world = await createWorld()
  worker = await world.startWorker({ WORKER_ID: "worker-1" })
})
afterAll(() => world.stop())

const atOnce = { perMinute: null, delaySeconds: { min: 0, max: 0 }, afterMediaSeconds: 0 }
const set = async (fields: Partial<Pick<AccountDoc, "pacing" | "restriction">>) => {
  await world.store.models.accounts.updateOne({ _id: account.id }, { $set: fields })
  nudge(world.bus, world.bus.subjects.accountsNudge)
}
const pace = (pacing: AccountPacing) => set({ pacing })
const row = (id: string) => world.store.collections.outbox.findOne({ _id: id })
const hasLeft = (id: string) =>
  waitUntil("it has left", async () => !["queued", "sending"].includes((await row(id))?.status ?? "queued"))
const sendTo = async (to: string, words: string, fields = {}) => {
  const { id } = await world.queue(account.id, to, text(words), undefined, fields)
  await tolerate(world.send(account.id, id, false), "an owner that cannot be told finds it by itself", silentLog)
  return id
}

test("over a limit a message waits, also after a failover; a reply goes first; without pacing it leaves [E27 P67]", async () => {
  account = await world.linkAccount({ pacing: { ...atOnce, perHour: 3, firstContactsPerDay: null } })
  const contact = await world.whatsapp.createContact()
  for (const words of ["one", "two", "three"]) await hasLeft(await sendTo(contact.pn, words))
  const budget = await waitUntil("the budget", () => world.store.collections.budgets.findOne({ _id: account.id }))
  expect(budget.sent.hour.counts.at(-1)).toBe(3)
  const waits = await sendTo(contact.pn, "four")
  await hasLeft(await sendTo(contact.pn, "a reply", { priority: 0 }))
  expect((await row(waits))?.status).toBe("queued")
  worker.kill("SIGKILL")
  await worker.exited
  await world.startWorker({ WORKER_ID: "worker-2" })
  await hasLeft(await sendTo(contact.pn, "another reply", { priority: 0 }))
  expect((await row(waits))?.status).toBe("queued")
  await pace("off")
  await hasLeft(waits)
  const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
  expect(got.map((message) => message.text)).toEqual(["one", "two", "three", "a reply", "another reply", "four"])
})

test("a first contact over the cap is put off with its reason, and those who are known are written to meanwhile", async () => {
  account = await world.linkAccount({ pacing: { ...atOnce, firstContactsPerDay: 1 } })
  const [known, stranger, other] = await Promise.all([1, 2, 3].map(() => world.whatsapp.createContact()))
  if (!known || !stranger || !other) throw new Error("there are three contacts")
  await hasLeft(await sendTo(known.pn, "nice to meet you"))
  await waitUntil("it is known", async () => (await world.events("message.sent", account.id)).length === 1)
  const put = await Promise.all([sendTo(stranger.pn, "hello?"), sendTo(other.pn, "hello?")])
  await hasLeft(await sendTo(known.pn, "you again"))
  const rows = await waitUntil("they are put off", async () => {
    const found = await Promise.all(put.map(row))
    return found.every((each) => each?.delayed != null) && found
  })
  for (const each of rows) expect(each).toMatchObject({ status: "queued", delayed: { reason: "first_contacts" } })
  const [one, two] = rows.map((each) => each?.dueAt.getTime() ?? 0).toSorted((left, right) => left - right)
  expect(one).toBeGreaterThan(Date.now() + 22 * 3_600_000)
  // Each has a turn of its own.
  expect((two ?? 0) - (one ?? 0)).toBe(86_400_000)
})

test("while WhatsApp restricts the account only people it knows are written to, also without pacing", async () => {
  account = await world.linkAccount()
  const known = await world.whatsapp.createContact()
  await hasLeft(await sendTo(known.pn, "before"))
  await waitUntil("it is known", async () => (await world.events("message.sent", account.id)).length === 1)
  const until = new Date(Date.now() + 3_600_000)
  await set({ restriction: { code: "463", until } })
  await waitUntil("the owner knows", async () => {
    // Another stranger each time: whoever got a message before the owner knew is one that it knows.
    const stranger = await world.whatsapp.createContact()
    const id = await sendTo(stranger.pn, "hello?")
    const found = await waitUntil("decided", async () => {
      const each = await row(id)
      return each !== null && (each.status !== "queued" || each.delayed != null) && each
    })
    return found.delayed?.reason === "restricted" && found.dueAt.getTime() === until.getTime()
  })
  await hasLeft(await sendTo(known.pn, "meanwhile"))
})

test("messages of a paced account keep the pause between them [E7 E27]", async () => {
  account = await world.linkAccount({ pacing: { ...atOnce, delaySeconds: { min: 0.5, max: 0.6 } } })
  const contact = await world.whatsapp.createContact()
  const ids = await Promise.all(["a", "b", "c"].map((words) => sendTo(contact.pn, words)))
  for (const id of ids) await hasLeft(id)
  const times = (await world.store.collections.messages.find({ _id: { $in: ids } }).toArray())
    .map(({ timestamp }) => timestamp.getTime())
    .toSorted((left, right) => left - right)
  for (const [index, time] of times.slice(1).entries()) expect(time - (times[index] ?? 0)).toBeGreaterThanOrEqual(450)
})
