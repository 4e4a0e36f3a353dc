import { newId } from "@wildcat/shared/contracts"
import { freePort, root, startProcess, waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { connectEvents, joined } from "../testing/event-client.ts"
import type { EventClient } from "../testing/event-client.ts"
import { publishStatus } from "../testing/publish-status.ts"
import { readEvents } from "../testing/read-events.ts"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

const eachMax = 600
let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ EVENT_STREAMS_EACH_MAX: String(eachMax), EVENT_STREAM_BYTES_MAX: String(256 * 1024) })
})
afterAll(() => api.stop())

const consumers = async () => (await api.bus.manager.streams.info(api.bus.subjects.eventsStream)).state.consumer_count

test("500 clients of two tenants need one consumer; each gets all of its tenant's events in order and none of the other's", async () => {
  const [account, other] = [await api.makeAccount(), await api.makeAccount({ tenant: newId("tenant") })]
  const otherKey = await api.makeKey({ tenant: other.tenant })
  const open = async (key: string, count: number) => {
    const clients = await Promise.all(Array.from({ length: count }, () => connectEvents(api.url, { key })))
    await Promise.all(clients.map(joined))
    return clients
  }
  const [mine, theirs] = [await open(api.adminKey, 400), await open(otherKey, 100)]
  await waitUntil("only the live consumer is left", async () => (await consumers()) === 1)
  const sent: { mine: string[]; theirs: string[] } = { mine: [], theirs: [] }
  for (let index = 0; index < 20; index += 1) {
    sent.mine.push((await publishStatus(api, account)).id)
    sent.theirs.push((await publishStatus(api, other)).id)
  }
  const all = [...mine, ...theirs]
  await waitUntil("all have all", () => all.every((client) => client.ids().length >= 20))
  expect(await consumers()).toBe(1)
  for (const client of mine) expect(client.ids()).toEqual(sent.mine)
  for (const client of theirs) expect(client.ids()).toEqual(sent.theirs)
  for (const client of all) client.socket.terminate()
})

test("100 clients that come back at once far behind read few pages at a time, and join without gap or double while events come", async () => {
  const account = await api.makeAccount()
  const { body } = await api.call("GET", "/v1/events?after=latest")
  // More than this process still holds.
  const expected: string[] = []
  for (let round = 0; round < 25; round += 1) {
    const events = await Promise.all(Array.from({ length: 100 }, () => publishStatus(api, account)))
    expected.push(...events.map(({ id }) => id))
  }
  const query = `?after=${body.nextCursor}`
  const connecting = Promise.all(
    Array.from({ length: 100 }, () => connectEvents(api.url, { key: api.adminKey, query })),
  )
  let most = 0
  for (let index = 0; index < 200; index += 1) {
    expected.push((await publishStatus(api, account)).id)
    most = Math.max(most, await consumers())
  }
  const clients = await connecting
  const complete = (client: EventClient) => client.ids().length >= expected.length
  await waitUntil("all have all", () => clients.every(complete), { everyMs: 250 })
  const order = [...expected].toSorted()
  for (const client of clients) expect(client.ids().toSorted()).toEqual(order)
  for (const client of clients) expect(client.ids()).toEqual(clients[0]?.ids())
  // The live one, and one for each page that is being read or was just read.
  expect(most).toBeLessThanOrEqual(1 + 8 * 2)
  for (const client of clients) client.socket.terminate()
  await waitUntil("only the live consumer is left", async () => (await consumers()) === 1)
})

test("a WebSocket client that does not read is closed at its bound with its cursor, goes on from it, and delays no other", async () => {
  const account = await api.makeAccount()
  const [slow, quick] = [
    await connectEvents(api.url, { key: api.adminKey }),
    await connectEvents(api.url, { key: api.adminKey }),
  ]
  await Promise.all([joined(slow), joined(quick)])
  slow.socket.pause()
  const reason = { code: "unknown", class: "transient", text: "x".repeat(50_000) }
  const sent: string[] = []
  // 15 MB: more than the system's buffers and the bound together.
  for (let round = 0; round < 30; round += 1) {
    const data = { status: "connected", reason, me: null }
    const events = await Promise.all(Array.from({ length: 10 }, () => publishStatus(api, account, { data })))
    sent.push(...events.map(({ id }) => id))
    await waitUntil("the other has it", () => quick.ids().length === sent.length)
  }
  slow.socket.resume()
  expect((await slow.closed).code).toBe(4008)
  expect(slow.messages.at(-1)).toMatchObject({ kind: "closing", reason: "slow", after: slow.cursor() })
  expect(slow.ids().length).toBeLessThan(sent.length)
  const again = await connectEvents(api.url, { key: api.adminKey, query: `?after=${slow.cursor()}` })
  await waitUntil("the rest arrived", () => slow.ids().length + again.ids().length >= sent.length)
  expect([...slow.ids(), ...again.ids()]).toEqual(quick.ids())
  for (const client of [quick, again]) client.socket.terminate()
})

test("a client goes on across a restart and at another process, by SSE and by WebSocket, without loss or double", async () => {
  const account = await api.makeAccount()
  const startOther = async () => {
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const entry = `${root}/services/api/src/main.ts`
    const process = await startProcess({
      entry,
      env: { ...api.env, API_PORT: String(port) },
      readyUrl: `${url}/readyz`,
    })
    return { url, process }
  }
  let after: string = (await api.call("GET", "/v1/events?after=latest")).body.nextCursor
  const sent: string[] = []
  const seen: string[] = []
  let publishing = true
  const publisher = (async () => {
    while (publishing) sent.push((await publishStatus(api, account)).id)
  })()
  const listen = async (url: string) => {
    const client = await connectEvents(url, { key: api.adminKey, query: `?after=${after}` })
    await waitUntil("some arrive", () => client.ids().length > 20)
    return client
  }
  const leave = (client: EventClient) => {
    seen.push(...client.ids())
    after = client.messages.findLast(({ kind }) => kind === "event").cursor
  }
  const first = await startOther()
  const one = await listen(first.url)
  first.process.kill("SIGKILL")
  await one.closed
  leave(one)
  const second = await startOther()
  const two = await listen(second.url)
  await second.process.stop()
  expect((await two.closed).code).toBe(1001)
  leave(two)
  const three = await listen(api.url)
  three.socket.terminate()
  await three.closed
  leave(three)
  const response = await api.request("GET", "/v1/events", {
    headers: { accept: "text/event-stream", "last-event-id": after },
  })
  const { seen: streamed } = readEvents(response)
  await waitUntil("some arrive", () => streamed.length > 20)
  publishing = false
  await publisher
  const ids = () => [...seen, ...streamed.map(({ data }) => data.id)]
  await waitUntil("the last arrived", () => ids().at(-1) === sent.at(-1))
  expect(ids()).toEqual(sent)
})
