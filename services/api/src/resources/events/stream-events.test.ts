import { connect } from "node:net"
import { newId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { decodeEventCursor } from "../../events/event-cursor.ts"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { publishStatus } from "../../testing/publish-status.ts"
import { readEvents } from "../../testing/read-events.ts"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ EVENT_STREAMS_EACH_MAX: "3" })
})
afterAll(() => api.stop())
const sse = { accept: "text/event-stream" }
const closing: AbortController[] = []
afterEach(() => {
  for (const each of closing.splice(0)) each.abort()
})

async function follow(query = "", options: { key?: string; headers?: Record<string, string> } = {}) {
  const controller = new AbortController()
  closing.push(controller)
  const response = await waitUntil("a stream is free", async () => {
    const headers = { accept: "text/event-stream", ...options.headers }
    const answer = await api.request("GET", `/v1/events${query}`, { ...options, headers, signal: controller.signal })
    return answer.status !== 429 && answer
  })
  return { response, close: () => controller.abort(), ...readEvents(response) }
}

test("events of the tenant arrive in order, as they were published, with their position; those of others do not", async () => {
  const [mine, other] = [await api.makeAccount(), await api.makeAccount({ tenant: newId("tenant") })]
  const stream = await follow()
  expect(stream.response.headers.get("content-type")).toContain("text/event-stream")
  const expected: WildcatEvent[] = []
  for (let index = 0; index < 20; index += 1) {
    await publishStatus(api, other)
    expected.push(await publishStatus(api, mine))
  }
  await waitUntil("all have arrived", () => stream.seen.length >= 20)
  expect(stream.seen.map(({ data }) => data)).toEqual(expected)
  expect(stream.seen.map(({ event }) => event)).toEqual(Array(20).fill("account.status"))
  const places = stream.seen.map(({ id }) => decodeEventCursor(String(id))?.sequence ?? 0)
  expect(places).toEqual(places.toSorted((left, right) => left - right))
})

test("a client that comes back with Last-Event-ID gets what it missed, once and in order, and what comes meanwhile", async () => {
  const account = await api.makeAccount()
  const first = await follow(`?account=${account._id}`)
  const expected = [await publishStatus(api, account)]
  await waitUntil("the first arrived", () => first.seen.length === 1)
  first.close()
  for (let index = 0; index < 300; index += 1) expected.push(await publishStatus(api, account))
  const meanwhile = (async () => {
    for (let index = 0; index < 50; index += 1) expected.push(await publishStatus(api, account))
  })()
  const again = await follow(`?account=${account._id}`, { headers: { "last-event-id": String(first.seen[0]?.id) } })
  await meanwhile
  await waitUntil("all have arrived", () => again.seen.length >= 350)
  expect([...first.seen, ...again.seen].map(({ data }) => data.id)).toEqual(expected.map(({ id }) => id))
})

test("streams can be limited to types and to an account, and a bound key sees its account only", async () => {
  const [account, other] = [await api.makeAccount(), await api.makeAccount()]
  const streams = [
    await follow(`?account=${account._id}`),
    await follow("", { key: await api.makeKey({ scopes: ["events"], account: account._id }) }),
    await follow("?types=message.*,media.stored"),
  ]
  await publishStatus(api, other)
  const event = await publishStatus(api, account)
  await waitUntil("both got it", () => streams.slice(0, 2).every(({ seen }) => seen.length > 0))
  for (const { seen } of streams.slice(0, 2)) expect(seen.map(({ data }) => data.id)).toEqual([event.id])
  expect(streams[2]?.seen).toEqual([])
})

test("a position older than the log is answered 410", async () => {
  const account = await api.makeAccount()
  const stream = await follow()
  await publishStatus(api, account)
  await waitUntil("it arrived", () => stream.seen.length > 0)
  const last = String(stream.seen[0]?.id)
  await publishStatus(api, account)
  const left = await publishStatus(api, account)
  const { seq } = await api.bus.manager.streams.getMessage(api.bus.subjects.eventsStream, {
    last_by_subj: api.bus.subjects.event({ ...left, account: account._id }),
  })
  await api.bus.manager.streams.purge(api.bus.subjects.eventsStream, { seq })
  await publishStatus(api, account)
  for (const call of [{ headers: { ...sse, "last-event-id": last } }, { query: `?after=${last}` }]) {
    const answer = await api.call("GET", `/v1/events${call.query ?? ""}`, call)
    const field = call.query ? "query.after" : "header.last-event-id"
    expect(answer).toMatchObject({ status: 410, body: { code: "events_expired", field } })
    const { body } = await api.call("GET", `/v1/events?after=${answer.body.oldestCursor}`)
    expect(body.items).toHaveLength(2)
  }
})

test("a tenant has no more streams than its share", async () => {
  for (let index = 0; index < 3; index += 1) await follow()
  const answer = await api.call("GET", "/v1/events", { headers: sse })
  expect(answer).toMatchObject({ status: 429, body: { code: "rate_limited" } })
  expect(answer.headers.get("retry-after")).not.toBeNull()
})

test("a client that does not read is disconnected, and others are not held up", async () => {
  const account = await api.makeAccount()
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1")
  socket.write(`GET /v1/events HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\nx-api-key: ${api.adminKey}\r\n\r\n`)
  await new Promise((resolve) => socket.once("data", resolve))
  socket.pause()
  let cut = false
  socket.once("error", () => (cut = true)).once("close", () => (cut = true))
  const reader = await follow()
  const reason = { code: "unknown", class: "transient", text: "x".repeat(50_000) }
  let published = 0
  await waitUntil(
    "it is cut off",
    async () => {
      await publishStatus(api, account, { data: { status: "connected", reason, me: null } })
      published += 1
      if (published % 20 === 0) await new Promise((resolve) => socket.write("", resolve))
      return published > 400 || cut
    },
    { timeoutMs: 20_000, everyMs: 1 },
  )
  await waitUntil("the reader has everything", () => reader.seen.length >= published)
  // What the server had handed to the system is still there to be read; then the connection ends.
  socket.resume()
  await waitUntil("it was cut off", () => cut)
  expect(reader.seen).toHaveLength(published)
})

test("revoking a key ends its streams", async () => {
  const key = await api.makeKey({ scopes: ["events"] })
  const stream = await follow("", { key })
  expect((await api.call("DELETE", `/v1/keys/key_${key.slice(3, 29)}`)).status).toBe(204)
  await stream.ended
})

test("a stop waits for no connection on which nothing was asked", async () => {
  const own = await startTestApi()
  const socket = connect(Number(new URL(own.url).port), "127.0.0.1")
  await new Promise((resolve) => socket.once("connect", resolve))
  const ended = new Promise((resolve) => socket.once("end", resolve))
  await own.stop()
  expect(await ended).toBeUndefined()
})

test("a stop tells clients to go", async () => {
  const own = await startTestApi()
  const response = await own.request("GET", "/v1/events", { headers: sse })
  const { seen, ended } = readEvents(response)
  await own.stop()
  await ended
  expect(seen).toMatchObject([{ event: "stream.closing", data: { reason: "stopping", after: expect.any(String) } }])
})
