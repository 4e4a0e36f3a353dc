import { Webhook } from "standardwebhooks"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { startReceiver, waitUntil } from "@wildcat/testkit"
import type { Receiver, ServiceProcess } from "@wildcat/testkit"
import { newId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { nudge, publishEvent } from "@wildcat/shared/bus"
import type { DeliveryDoc } from "@wildcat/shared/store"
import { attemptBegun } from "./deliver/claim.ts"
import { startDispatcherProcess } from "./testing/dispatcher-process.ts"
import { statusEvent } from "@wildcat/shared/testing"
import { dueDelivery, imageEvent, openPlace, storedEvent } from "./testing/place.ts"
import type { Place } from "./testing/place.ts"

let place: Place
let endpoint: Receiver
let services: ServiceProcess[] = []

beforeAll(async () => {
  place = await openPlace()
})
beforeEach(async () => {
  endpoint = await startReceiver()
})
afterEach(async () => {
  await Promise.all(services.map((service) => service.stop()))
  services = []
  await endpoint.stop()
  await place.store.models.webhooks.deleteMany({})
})
afterAll(() => place.close())

async function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startDispatcherProcess(place, env)
  services.push(service)
  return service
}

const deliveriesOf = (event: string) =>
  place.store.collections.deliveries.find({ event }).sort({ webhook: 1 }).toArray()
const attemptsOf = async (delivery: string) =>
  (await place.store.collections.deliveries.findOne({ _id: delivery }))?.tries ?? []
const requestsFor = (event: { id: string }) =>
  endpoint.requests.filter((request) => request.headers["webhook-id"] === event.id)

function ended(event: { id: string }): Promise<DeliveryDoc> {
  return waitUntil("the delivery ended", async () => {
    const [delivery] = await deliveriesOf(event.id)
    return delivery && delivery.status !== "pending" && delivery
  })
}

async function publish<E extends WildcatEvent & { account: string }>(event: E): Promise<E> {
  await publishEvent(place.bus, event)
  return event
}

test("an event arrives once, signed, exactly as published, and its delivery and attempt say so", async () => {
  const { id, secret } = await place.webhook({ url: endpoint.url })
  await start()
  const event = await publish(statusEvent(place.tenant))
  const delivery = await ended(event)
  const [request] = requestsFor(event)
  expect(requestsFor(event)).toHaveLength(1)
  expect(new Webhook(secret).verify(request?.body ?? "", request?.headers ?? {})).toEqual(event)
  expect(delivery).toMatchObject({
    webhook: id,
    tenant: place.tenant,
    account: event.account,
    event: event.id,
    type: "account.status",
    status: "delivered",
    attempts: 1,
    lease: null,
    lastError: null,
  })
  expect(delivery.body).toBe(request?.body.toString())
  expect(await attemptsOf(delivery._id)).toMatchObject([{ number: 1, outcome: "succeeded", statusCode: 204 }])
})

test("an event goes to every matching webhook and to no other", async () => {
  const account = newId("account")
  const all = await place.webhook({ url: endpoint.url })
  const same = await place.webhook({ url: endpoint.url, account, events: ["account.*"] })
  await place.webhook({ url: endpoint.url, account: newId("account") })
  await place.webhook({ url: endpoint.url, tenant: newId("tenant") })
  await place.webhook({ url: endpoint.url, enabled: false })
  await place.webhook({ url: endpoint.url, events: ["message.*"] })
  await start()
  const event = await publish(statusEvent(place.tenant, account))
  await ended(event)
  expect((await deliveriesOf(event.id)).map(({ webhook }) => webhook)).toEqual([all.id, same.id].toSorted())
})

test("a webhook gets each event published after its creation", async () => {
  await start()
  for (let index = 0; index < 10; index += 1) {
    const { id } = await place.webhook({ url: endpoint.url })
    const event = await publish(statusEvent(place.tenant))
    await waitUntil("the new webhook's delivery is made", async () =>
      (await deliveriesOf(event.id)).some(({ webhook }) => webhook === id),
    )
  }
  expect(await place.store.models.webhooks.countDocuments()).toBe(10)
})

test("failures are tried again by the schedule under the same id, each attempt recorded, until one succeeds", async () => {
  await place.webhook({ url: endpoint.url })
  await start()
  let number = 0
  endpoint.behave((_request, response) => {
    number += 1
    response.writeHead(number < 3 ? 500 : 200).end(`answer ${number}`)
  })
  const event = await publish(statusEvent(place.tenant))
  const delivery = await ended(event)
  expect(delivery).toMatchObject({ status: "delivered", attempts: 3 })
  expect(new Set(requestsFor(event).map(({ body }) => body.toString())).size).toBe(1)
  expect(await attemptsOf(delivery._id)).toMatchObject([
    { number: 1, outcome: "failed", statusCode: 500, error: "the endpoint answered 500", responseExcerpt: "answer 1" },
    { number: 2, outcome: "failed", statusCode: 500 },
    { number: 3, outcome: "succeeded", statusCode: 200, error: null },
  ])
})

test("a refusal for good ends the delivery; an exhausted schedule too", async () => {
  await place.webhook({ url: endpoint.url })
  await start()
  endpoint.behave((_request, response) => void response.writeHead(410).end())
  const refused = await ended(await publish(statusEvent(place.tenant)))
  expect(refused).toMatchObject({ status: "failed", attempts: 1, lastError: "the endpoint answered 410" })
  endpoint.behave((_request, response) => void response.destroy())
  const exhausted = await ended(await publish(statusEvent(place.tenant)))
  expect(exhausted).toMatchObject({ status: "failed", attempts: 4 })
  expect(exhausted.lastError).toContain("given up after 4 attempts")
})

test("a delivery that the API inserts is delivered after its nudge", async () => {
  const { id } = await place.webhook({ url: endpoint.url })
  await start()
  const delivery = dueDelivery(place.tenant, id)
  await place.store.collections.deliveries.insertOne(delivery)
  nudge(place.bus, place.bus.subjects.deliveriesNudge)
  expect(await ended({ id: delivery.event })).toMatchObject({ status: "delivered" })
})

test("a message waits for its media, and goes before long when that is stored", async () => {
  const account = newId("account")
  await place.webhook({ url: endpoint.url })
  await start({ MEDIA_WAIT_MS: "600000" })
  const media = newId("media")
  const event = await publish(imageEvent(place.tenant, account, media))
  const [waiting] = await waitUntil("the delivery is made", async () => {
    const found = await deliveriesOf(event.id)
    return found.length > 0 && found
  })
  expect(waiting).toMatchObject({ awaitsMedia: media, attempts: 0 })
  const other = await publish(statusEvent(place.tenant, account))
  await ended(other)
  expect(requestsFor(event)).toEqual([])
  await publish(storedEvent(place.tenant, account, media))
  expect(await ended(event)).toMatchObject({ status: "delivered", awaitsMedia: null })
})

test("a message whose media had ended before its delivery was made does not wait", async () => {
  const account = newId("account")
  await place.webhook({ url: endpoint.url, events: ["message.*"] })
  const event = imageEvent(place.tenant, account, newId("media"))
  if (event.type !== "message.received" || event.data.media === null) throw new Error("an image was asked for")
  const { media, ...data } = event.data
  await place.store.collections.messages.insertOne({
    ...data,
    _id: data.id,
    tenant: place.tenant,
    account,
    timestamp: new Date(),
    media: { ...media, status: "stored", error: null },
    status: null,
    timeline: [],
    error: null,
    raw: null,
    createdAt: new Date(),
  })
  await publish(storedEvent(place.tenant, account, media.id))
  await start({ MEDIA_WAIT_MS: "600000" })
  await publish(event)
  expect(await ended(event)).toMatchObject({ status: "delivered" })
})

test("a media that never ends does not hold its message for ever", async () => {
  await place.webhook({ url: endpoint.url })
  await start({ MEDIA_WAIT_MS: "100" })
  const event = await publish(imageEvent(place.tenant, newId("account"), newId("media")))
  expect(await ended(event)).toMatchObject({ status: "delivered", awaitsMedia: null })
})

test("a deleted webhook's deliveries fail and say why", async () => {
  const { id } = await place.webhook({ url: endpoint.url })
  await place.store.collections.deliveries.insertOne(
    dueDelivery(place.tenant, id, { dueAt: new Date(Date.now() + 60_000) }),
  )
  const waiting = dueDelivery(place.tenant, id)
  await place.store.collections.deliveries.insertOne(waiting)
  await place.store.models.webhooks.deleteOne({ _id: id })
  await start()
  expect(await ended({ id: waiting.event })).toMatchObject({ status: "failed", lastError: "the webhook was deleted" })
  expect(await place.store.collections.deliveries.countDocuments({ webhook: id, status: "pending" })).toBe(0)
})

test("a disabled webhook's deliveries wait until it is enabled", async () => {
  const { id } = await place.webhook({ url: endpoint.url, enabled: false })
  const other = await place.webhook({ url: endpoint.url })
  const waiting = dueDelivery(place.tenant, id)
  const passing = dueDelivery(place.tenant, other.id)
  await place.store.collections.deliveries.insertMany([waiting, passing])
  await start()
  await ended({ id: passing.event })
  expect(requestsFor({ id: waiting.event })).toEqual([])
  await place.change(id, { enabled: true })
  nudge(place.bus, place.bus.subjects.webhooksNudge)
  expect(await ended({ id: waiting.event })).toMatchObject({ status: "delivered" })
})

test("a webhook that hangs does not stop another one", async () => {
  const slow = await startReceiver()
  slow.behave(() => undefined)
  const hanging = await place.webhook({ url: slow.url })
  const working = await place.webhook({ url: endpoint.url })
  await place.store.collections.deliveries.insertMany(
    Array.from({ length: 50 }, () => dueDelivery(place.tenant, hanging.id)),
  )
  await start({ WEBHOOK_CONCURRENCY: "4", WEBHOOK_CONCURRENCY_EACH: "2", WEBHOOK_TIMEOUT_MS: "60000" })
  await waitUntil("the hanging one has its slots", () => slow.requests.length === 2)
  const deliveries = Array.from({ length: 20 }, () => dueDelivery(place.tenant, working.id))
  await place.store.collections.deliveries.insertMany(deliveries)
  nudge(place.bus, place.bus.subjects.deliveriesNudge)
  await waitUntil("the working one has all of its deliveries", () => endpoint.requests.length === 20)
  expect(slow.requests).toHaveLength(2)
  await slow.stop()
})

test("two dispatchers share the work: each event arrives once", async () => {
  await place.webhook({ url: endpoint.url })
  await Promise.all([start(), start()])
  const events = await Promise.all(Array.from({ length: 100 }, () => publish(statusEvent(place.tenant))))
  await Promise.all(events.map((event) => ended(event)))
  expect(events.map((event) => requestsFor(event).length)).toEqual(events.map(() => 1))
})

test.each([
  ["dispatcher.after-insert-before-ack", 0, []],
  ["dispatcher.after-attempt-record-before-post", 0, ["unknown"]],
  ["dispatcher.after-post-before-record", 1, ["unknown"]],
] as const)("killed at %s, the event still arrives, under one id", async (point, requestsBefore, outcomesBefore) => {
  await place.webhook({ url: endpoint.url })
  const first = await start({ WILDCAT_FAULT_POINT: point, WEBHOOK_TIMEOUT_MS: "2000" })
  const event = await publish(statusEvent(place.tenant))
  expect(await first.exited).toMatchObject({ signal: "SIGKILL" })
  expect(requestsFor(event)).toHaveLength(requestsBefore)
  await start()
  const delivery = await ended(event)
  expect(delivery.status).toBe("delivered")
  expect(await deliveriesOf(event.id)).toHaveLength(1)
  const outcomes = (await attemptsOf(delivery._id)).map(({ outcome }) => outcome)
  expect(outcomes).toEqual([...outcomesBefore, "succeeded"])
  expect(new Set(requestsFor(event).map(({ body }) => body.toString())).size).toBe(1)
  expect(requestsFor(event)).toHaveLength(requestsBefore + 1)
})

/** A delivery whose dispatcher was killed during its first attempt. */
async function interrupted(webhook: string) {
  const ended = new Date(Date.now() - 1_000)
  const lease = { by: newId("request"), until: ended }
  const tries = [{ number: 1, startedAt: ended, ...attemptBegun }]
  const delivery = dueDelivery(place.tenant, webhook, { attempts: 1, dueAt: ended, lease, tries })
  await place.store.collections.deliveries.insertOne(delivery)
  return delivery
}

test("an attempt cut short to a webhook that was deleted meanwhile is unknown, and its delivery fails", async () => {
  const delivery = await interrupted(newId("webhook"))
  await start()
  expect(await ended({ id: delivery.event })).toMatchObject({ status: "failed", lastError: "the webhook was deleted" })
  expect(await attemptsOf(delivery._id)).toMatchObject([{ outcome: "unknown" }])
})

test("a webhook's new address holds from the next attempt on", async () => {
  const elsewhere = await startReceiver()
  const { id, secret } = await place.webhook({ url: endpoint.url })
  await start({ WEBHOOK_ATTEMPTS_MAX: "30" })
  endpoint.behave(async (_request, response) => {
    await place.change(id, { url: elsewhere.url })
    nudge(place.bus, place.bus.subjects.webhooksNudge)
    response.writeHead(503).end()
  })
  const event = await publish(statusEvent(place.tenant))
  expect(await ended(event)).toMatchObject({ status: "delivered" })
  const [request] = elsewhere.requests
  expect(new Webhook(secret).verify(request?.body ?? "", request?.headers ?? {})).toEqual(event)
  await elsewhere.stop()
})
