import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import type { Delivered } from "@wildcat/shared/bus"
import { silentLog, statusEvent } from "@wildcat/shared/testing"
import { imageEvent, openPlace, storedEvent } from "../testing/place.ts"
import type { Place } from "../testing/place.ts"
import { createWebhookCache } from "../webhooks/webhook-cache.ts"
import { createEventIntake } from "./event-intake.ts"

let place: Place
let handle: ReturnType<typeof createEventIntake>
let woken = 0

beforeAll(async () => {
  place = await openPlace()
  await place.webhook({ url: "https://example.org/" })
  const wake = () => void (woken += 1)
  const cache = createWebhookCache({ store: place.store, box: place.box, log: silentLog })
  handle = createEventIntake({ store: place.store, cache, mediaWaitMs: 600_000, wake, log: silentLog })
})
beforeEach(async () => {
  await place.store.collections.deliveries.deleteMany({})
  woken = 0
})
afterAll(() => place.close())

const batch = (...payloads: unknown[]): Delivered[] =>
  payloads.map((payload, index) => ({ payload, subject: "", sequence: index + 1, tries: 1 }))
const deliveries = () => place.store.collections.deliveries.find().sort({ createdAt: 1 }).toArray()

test("a batch handled twice, or overlapping another one, makes each delivery once", async () => {
  const events = Array.from({ length: 5 }, () => statusEvent(place.tenant))
  await handle(batch(...events.slice(0, 3)))
  const first = await deliveries()
  await handle(batch(...events))
  await handle(batch(...events))
  const all = await deliveries()
  expect(all).toHaveLength(5)
  expect(all.slice(0, 3)).toEqual(first)
})

test("what is no event is passed over; an event of a type unknown to this release is delivered", async () => {
  const event = { ...statusEvent(place.tenant), type: "later.invention", data: { anything: 1 } }
  await handle(batch(undefined, 7, {}, { id: "x" }, event))
  expect(await deliveries()).toMatchObject([{ type: "later.invention", body: JSON.stringify(event) }])
})

test("nobody is woken for events that nobody subscribed to", async () => {
  await handle(batch(statusEvent(newId("tenant"))))
  expect(woken).toBe(0)
  await handle(batch(statusEvent(place.tenant)))
  expect(woken).toBe(1)
})

async function messageWith(status: "pending" | "stored" | "failed") {
  const event = imageEvent(place.tenant, newId("account"), newId("media"))
  if (event.type !== "message.received" || event.data.media === null) throw new Error("an image was asked for")
  const { media, ...data } = event.data
  await place.store.collections.messages.insertOne({
    ...data,
    _id: data.id,
    tenant: event.tenant,
    account: event.account,
    timestamp: new Date(),
    media: { ...media, status, error: null },
    status: null,
    timeline: [],
    error: null,
    raw: null,
    createdAt: new Date(),
  })
  const end = storedEvent(place.tenant, event.account, media.id)
  const setStored = () =>
    place.store.collections.messages.updateOne({ _id: data.id }, { $set: { "media.status": "stored" } })
  const waits = async () => (await deliveries()).find((each) => each.event === event.id)?.awaitsMedia
  return { event, end, media: media.id, setStored, waits }
}

test("message first, then the end of its media", async () => {
  const { event, end, media, setStored, waits } = await messageWith("pending")
  await handle(batch(event))
  expect(await waits()).toBe(media)
  await setStored()
  await handle(batch(end))
  expect(await waits()).toBeNull()
})

test("the end of the media handled by another dispatcher before the message's delivery existed", async () => {
  const { event, end, setStored, waits } = await messageWith("pending")
  await setStored()
  await handle(batch(end))
  await handle(batch(event))
  expect(await waits()).toBeNull()
})

test("both in one batch, and a media that was stored or failed long ago", async () => {
  const both = await messageWith("pending")
  await handle(batch(both.event, both.end))
  expect(await both.waits()).toBeNull()
  for (const status of ["stored", "failed"] as const) {
    const { event, waits } = await messageWith(status)
    await handle(batch(event))
    expect(await waits()).toBeNull()
  }
})

test("both handled at the same time by two dispatchers never leave the message waiting", async () => {
  for (let index = 0; index < 20; index += 1) {
    const { event, end, setStored, waits } = await messageWith("pending")
    await Promise.all([handle(batch(event)), setStored().then(() => handle(batch(end)))])
    expect(await waits()).toBeNull()
  }
})
