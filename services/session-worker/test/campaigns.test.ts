import { derivedId, newId } from "@wildcat/shared/contracts"
import type { CampaignPacing } from "@wildcat/shared/contracts"
import type { CampaignDoc } from "@wildcat/shared/store"
import { waitUntil } from "@wildcat/testkit"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeEach(async () => {
  world = await createWorld()
})
afterEach(() => world.stop())

const unhurried: CampaignPacing = { delaySeconds: { min: 0, max: 0 }, batch: null, quietHours: null }

/** A running campaign to these numbers, as the API makes it. */
async function run(numbers: readonly string[], more: Partial<CampaignDoc> = {}): Promise<string> {
  const now = new Date()
  const campaign = newId("campaign")
  const of = { tenant: world.tenant, account: account.id, updatedAt: now }
  await world.store.collections.campaignRecipients.insertMany(
    numbers.map((to, index) => ({
      _id: derivedId("recipient", campaign, to),
      ...of,
      campaign,
      to,
      variables: { name: `Nr ${index}` },
      place: String(index).padStart(6, "0"),
      state: "pending" as const,
      message: null,
      error: null,
    })),
  )
  await world.store.collections.campaigns.insertOne({
    _id: campaign,
    ...of,
    name: null,
    content: { type: "text", text: "Hello {name}" },
    pacing: unhurried,
    startAt: null,
    state: "running",
    open: true,
    createdAt: now,
    ...more,
  })
  return campaign
}

const look = (campaign: string) => account.order("campaign.look", { campaign })
const move = async (campaign: string, state: CampaignDoc["state"]) => {
  await world.store.collections.campaigns.updateOne({ _id: campaign }, { $set: { state, open: true } })
  await look(campaign)
}
const stateOf = async (campaign: string) => (await world.store.collections.campaigns.findOne({ _id: campaign }))?.state
const completed = (campaign: string) => waitUntil("completed", async () => (await stateOf(campaign)) === "completed")
const progress = async (campaign: string) =>
  (await world.events("campaign.progress")).filter((event) => event.data.campaign === campaign)
const makeContacts = (count: number) => Promise.all(Array.from({ length: count }, () => world.whatsapp.createContact()))

test("each recipient gets the text with its own variables once; who is not on WhatsApp fails, and the rest goes on [E6 E7 P68]", async () => {
  await world.startWorker()
  account = await world.linkAccount()
  const contacts = await makeContacts(5)
  const numbers = contacts.map(({ pn }) => pn)
  const campaign = await run([...numbers.slice(0, 2), "4915199999999@s.whatsapp.net", ...numbers.slice(2)])
  await look(campaign)
  await completed(campaign)
  for (const [index, contact] of contacts.entries()) {
    const got = await world.whatsapp.receivedMessages({ contactId: contact.id })
    expect(got.map(({ text, copies }) => [text, copies])).toEqual([[`Hello Nr ${index < 2 ? index : index + 1}`, 1]])
  }
  const failed = await world.store.collections.campaignRecipients.find({ campaign, state: "failed" }).toArray()
  expect(failed.map(({ to, error }) => [to, error?.code])).toEqual([
    ["4915199999999@s.whatsapp.net", "not_on_whatsapp"],
  ])
  const last = await waitUntil("told", async () =>
    (await progress(campaign)).find(({ data }) => data.state === "completed"),
  )
  expect(last.data.counts).toMatchObject({ total: 6, sent: 5, failed: 1, pending: 0, queued: 0 })
})

test("from the answer to a pause on nothing leaves; resumed it goes on; cancelled the rest gets nothing [E6 P68]", async () => {
  await world.startWorker()
  account = await world.linkAccount()
  const contacts = await makeContacts(12)
  const pacing = { ...unhurried, delaySeconds: { min: 0.2, max: 0.3 } }
  const campaign = await run(
    contacts.map(({ pn }) => pn),
    { pacing },
  )
  const sentSoFar = () => world.store.collections.campaignRecipients.countDocuments({ campaign, state: "sent" })
  await look(campaign)
  await waitUntil("some have left", async () => (await sentSoFar()) >= 2)
  await move(campaign, "paused")
  const underWay = { campaign, status: "sending" as const }
  await waitUntil("quiet", async () => (await world.store.collections.outbox.countDocuments(underWay)) === 0)
  const staged = await world.store.collections.messages.countDocuments({ account: account.id })
  expect(staged).toBeLessThan(12)
  // Two looks at the outbox later there is still nothing new.
  await Promise.all([
    look(campaign),
    waitUntil("told", async () => (await progress(campaign)).some(({ data }) => data.state === "paused")),
  ])
  expect(await world.store.collections.messages.countDocuments({ account: account.id })).toBe(staged)
  await move(campaign, "running")
  await waitUntil("more have left", async () => (await sentSoFar()) >= staged + 2)
  await move(campaign, "cancelled")
  const told = await waitUntil("told", async () =>
    (await progress(campaign)).find(({ data }) => data.state === "cancelled" && data.counts.queued === 0),
  )
  const { total, sent, cancelled } = told.data.counts
  expect(sent + cancelled).toBe(total)
  const received = await Promise.all(contacts.map(({ id }) => world.whatsapp.receivedMessages({ contactId: id })))
  expect(received.map((got) => got.length).filter((length) => length > 0)).toEqual(Array(sent).fill(1))
})

test("in quiet hours nothing leaves", async () => {
  await world.startWorker()
  account = await world.linkAccount()
  const [contact] = await makeContacts(1)
  const clock = (shiftMinutes: number) => new Date(Date.now() + shiftMinutes * 60_000).toISOString().slice(11, 16)
  const quietHours = { from: clock(-5), to: clock(60), timeZone: "UTC" }
  const campaign = await run([contact?.pn ?? ""], { pacing: { ...unhurried, quietHours } })
  await look(campaign)
  const row = await waitUntil("it waits for their end", async () => {
    const found = await world.store.collections.outbox.findOne({ campaign })
    return found !== null && found.dueAt.getTime() > Date.now() + 50 * 60_000 && found
  })
  expect(row.status).toBe("queued")
})

test("killed in the middle, the next worker goes on and everybody has exactly one message [E6 P68]", async () => {
  const doomed = await world.startWorker({ WORKER_ID: "worker-1" })
  account = await world.linkAccount()
  const contacts = await makeContacts(60)
  // To people whom the account knows: what a crash leaves in doubt to strangers ends as unknown, it is not sent again.
  await Promise.all(contacts.map(({ id }) => world.whatsapp.sendText({ from: id, to: account.pn, text: "hi" })))
  await waitUntil("all are known", async () => {
    return (await world.store.collections.messages.countDocuments({ account: account.id })) === 60
  })
  const campaign = await run(contacts.map(({ pn }) => pn))
  await look(campaign)
  await waitUntil("some have left", async () => {
    return (await world.store.collections.messages.countDocuments({ account: account.id, fromMe: true })) >= 15
  })
  doomed.kill("SIGKILL")
  await doomed.exited
  expect(await stateOf(campaign)).toBe("running")
  await world.startWorker({ WORKER_ID: "worker-2" })
  await waitUntil("completed", async () => (await stateOf(campaign)) === "completed")
  expect(await world.store.collections.campaignRecipients.distinct("state", { campaign })).toEqual(["sent"])
  const copies = async () => {
    const got = await Promise.all(contacts.map(({ id }) => world.whatsapp.receivedMessages({ contactId: id })))
    return got.map((messages) => messages.map((message) => message.copies))
  }
  await waitUntil("everybody has one", async () => (await copies()).every((each) => each.length > 0))
  expect(await copies()).toEqual(contacts.map(() => [1]))
  expect(await world.store.collections.outbox.countDocuments({ campaign })).toBe(60)
  const sequences = (await world.events()).map((event) => event.sequence)
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
})
