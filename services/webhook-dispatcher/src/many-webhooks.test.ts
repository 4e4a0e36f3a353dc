import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { behaviours, startReceiver, waitUntil } from "@wildcat/testkit"
import type { Receiver, ServiceProcess } from "@wildcat/testkit"
import { newId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { nudge, publishEvent } from "@wildcat/shared/bus"
import { startDispatcherProcess } from "./testing/dispatcher-process.ts"
import { statusEvent } from "@wildcat/shared/testing"
import { imageEvent, openPlace } from "./testing/place.ts"
import type { Place } from "./testing/place.ts"

let place: Place
let services: ServiceProcess[] = []
let endpoints: Receiver[] = []
beforeAll(async () => {
  place = await openPlace()
})
afterEach(async () => {
  // First the endpoints: a dispatcher waits for the attempts that they hold.
  await Promise.all(endpoints.map((endpoint) => endpoint.stop()))
  await Promise.all(services.map((service) => service.stop()))
  services = []
  endpoints = []
  await place.store.models.webhooks.deleteMany({})
})
afterAll(() => place.close())

async function start(env: Record<string, string> = {}): Promise<ServiceProcess> {
  const service = await startDispatcherProcess(place, env)
  services.push(service)
  return service
}
async function endpointOf(): Promise<Receiver> {
  const endpoint = await startReceiver()
  endpoints.push(endpoint)
  return endpoint
}
const idsAt = (endpoint: Receiver) => new Set(endpoint.requests.map(({ headers }) => headers["webhook-id"]))

/** A text in a chat, without media: due at once. */
function messageEvent(account: string, chat: string): WildcatEvent {
  const event = imageEvent(place.tenant, account, newId("media"))
  if (event.type !== "message.received") throw new Error("a message was asked for")
  const ref = { ...event.data.chat, jid: chat }
  return { ...event, data: { ...event.data, chat: ref, media: null, content: { type: "text", text: "x" } } }
}

test("while one endpoint holds its requests open, 19 others get everything, and it never holds more than its cap", async () => {
  const all = await Promise.all(Array.from({ length: 20 }, endpointOf))
  const [hanging, ...others] = all
  if (!hanging) throw new Error("there are 20")
  hanging.behave(behaviours.hang())
  for (const { url } of all) await place.webhook({ url, events: ["account.*"] })
  await start({ WEBHOOK_TIMEOUT_MS: "60000", WEBHOOK_CONCURRENCY: "20", WEBHOOK_CONCURRENCY_EACH: "4" })
  // Few enough that all is over before the attempts that hang end.
  const events = Array.from({ length: 10 }, () => statusEvent(place.tenant))
  for (const event of events) await publishEvent(place.bus, event)
  await waitUntil("all others have all", () => others.every((each) => idsAt(each).size === events.length))
  expect(hanging.requests).toHaveLength(4)
})

test("a webhook with order gets each chat's events one after the other, also past a failure", async () => {
  const endpoint = await endpointOf()
  const refused = new Set<string>()
  endpoint.behave((request, response) => {
    const id = request.headers["webhook-id"] ?? ""
    const first = !refused.has(id)
    refused.add(id)
    response.writeHead(first && refused.size % 5 === 0 ? 503 : 204).end()
  })
  await place.webhook({ url: endpoint.url, events: ["message.*"], ordered: "chat" })
  const account = newId("account")
  await start()
  const chats = ["1234567@g.us", "2345678@g.us", "3456789@g.us"]
  const events = Array.from({ length: 60 }, (_, index) => messageEvent(account, chats[index % 3] ?? ""))
  for (const event of events) await publishEvent(place.bus, event)
  await waitUntil("all arrived", () => idsAt(endpoint).size === events.length)
  for (const chat of chats) {
    const wanted = events.filter((event) => JSON.stringify(event.data).includes(chat)).map(({ id }) => id)
    const got = endpoint.requests.map(({ headers }) => headers["webhook-id"] ?? "").filter((id) => wanted.includes(id))
    expect([...new Set(got)]).toEqual(wanted)
    // What was tried again came before its follower: equal ids stand side by side.
    expect(got.filter((id, index) => id !== got[index - 1])).toEqual(wanted)
  }
})

test("two dispatchers keep the caps of a webhook and of a host together", async () => {
  const endpoint = await endpointOf()
  let open = 0
  let most = 0
  endpoint.behave((_request, response) => {
    open += 1
    most = Math.max(most, open)
    setTimeout(() => {
      open -= 1
      response.writeHead(204).end()
    }, 20)
  })
  for (let index = 0; index < 4; index += 1)
    await place.webhook({ url: `${endpoint.url}/${index}`, events: ["account.*"] })
  const env = { WEBHOOK_CONCURRENCY_EACH: "4", WEBHOOK_CONCURRENCY_HOST: "6" }
  await Promise.all([start(env), start(env)])
  const events = Array.from({ length: 40 }, () => statusEvent(place.tenant))
  for (const event of events) await publishEvent(place.bus, event)
  await waitUntil("all arrived", () => endpoint.requests.length === 160, { timeoutMs: 100_000 })
  expect(most).toBeLessThanOrEqual(6)
})

test(
  "two dispatchers killed at random instants under load: everything arrives, chats keep their order",
  { timeout: 400_000 },
  async () => {
    const plain = await endpointOf()
    const ordered = await endpointOf()
    await place.webhook({ url: plain.url, events: ["message.*"] })
    await place.webhook({ url: ordered.url, events: ["message.*"], ordered: "chat" })
    const env = { WEBHOOK_TIMEOUT_MS: "1000", WEBHOOK_LEASE_MARGIN_MS: "500" }
    let pair = await Promise.all([start(env), start(env)])
    const account = newId("account")
    const chats = ["1234567@g.us", "2345678@g.us"]
    const events: WildcatEvent[] = []
    let loading = true
    const load = (async () => {
      while (loading) {
        const event = messageEvent(account, chats[events.length % 2] ?? "")
        events.push(event)
        await publishEvent(place.bus, event)
        // As much as is under way at once, not as much as can be published.
        await waitUntil("it is not far behind", () => !loading || events.length - ordered.requests.length < 60)
      }
    })()
    for (let round = 0; round < 4; round += 1) {
      const until = events.length + 20 + Math.floor(Math.random() * 60)
      await waitUntil("some load", () => events.length >= until)
      const victim = round % 2
      pair[victim]?.kill("SIGKILL")
      await pair[victim]?.exited
      const next = await start(env)
      pair = victim === 0 ? [next, pair[1] ?? next] : [pair[0] ?? next, next]
    }
    loading = false
    await load
    await waitUntil(
      "everything arrived everywhere",
      () => [plain, ordered].every((each) => idsAt(each).size === events.length),
      {
        timeoutMs: 120_000,
      },
    )
    for (const chat of chats) {
      const wanted = events.filter((event) => JSON.stringify(event.data).includes(chat)).map(({ id }) => id)
      const got = ordered.requests.map(({ headers }) => headers["webhook-id"] ?? "").filter((id) => wanted.includes(id))
      expect([...new Set(got)]).toEqual(wanted)
      expect(got.filter((id, index) => id !== got[index - 1])).toEqual(wanted)
    }
    const { deliveries } = place.store.collections
    const ours = { event: { $in: events.map(({ id }) => id) } }
    await waitUntil(
      "every delivery is closed",
      async () => (await deliveries.countDocuments({ ...ours, status: "pending" })) === 0,
    )
    expect(await deliveries.countDocuments({ ...ours, "tries.outcome": "running" })).toBe(0)
  },
)

test("a failing endpoint is told of once, disabled when it fails for too long; one that works again recovers", async () => {
  const watching = await endpointOf()
  const broken = await endpointOf()
  broken.behave(behaviours.status(500))
  await place.webhook({ url: watching.url, events: ["webhook.*"] })
  const { id } = await place.webhook({ url: broken.url, events: ["account.*"] })
  await start({ WEBHOOK_DISABLE_AFTER_MS: "1500", WEBHOOK_ATTEMPTS_MAX: "100" })
  const told = (type: string) =>
    watching.waitFor(({ body }) => {
      const event = JSON.parse(body.toString())
      return event.type === type && event.data.webhook === id
    })
  await publishEvent(place.bus, statusEvent(place.tenant))
  await told("webhook.failing")
  await told("webhook.disabled")
  expect(await place.store.models.webhooks.findById(id).lean()).toMatchObject({
    enabled: false,
    disabledBecause: "the endpoint answered 500",
    failing: null,
  })
  await place.change(id, { enabled: true, disabledBecause: null })
  nudge(place.bus, place.bus.subjects.webhooksNudge)
  await waitUntil(
    "it fails again",
    async () => (await place.store.models.webhooks.findById(id).lean())?.failing != null,
  )
  broken.behave(behaviours.status(204))
  await told("webhook.recovered")
  const types = watching.requests.map(({ body }) => JSON.parse(body.toString()).type)
  expect(types.filter((type) => type === "webhook.disabled")).toHaveLength(1)
})
