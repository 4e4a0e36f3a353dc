import { newId } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { encodeEventCursor } from "../../events/event-cursor.ts"
import { publishStatus } from "../../testing/publish-status.ts"
import { startTestApi } from "../../testing/test-api.ts"
import type { Answer, TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const get = (query: string, key?: string): Promise<Answer> =>
  api.call("GET", `/v1/events?${query}`, key === undefined ? {} : { key })
const idsOf = (answer: Answer): string[] => answer.body.items.map(({ id }: { id: string }) => id)

test("pages follow each other without gap or double, hold only what is the tenant's, and end with a cursor for what is to come", async () => {
  const [account, other] = [await api.makeAccount(), await api.makeAccount({ tenant: newId("tenant") })]
  const from = (await get("after=latest")).body.nextCursor
  const expected = []
  for (let index = 0; index < 25; index += 1) {
    await publishStatus(api, other)
    expected.push(await publishStatus(api, account))
  }
  const seen: unknown[] = []
  let [cursor, pages, more] = [from, 0, true]
  while (more) {
    const { body } = await get(`after=${cursor}&limit=10`)
    seen.push(...body.items)
    ;[cursor, pages, more] = [body.nextCursor, pages + 1, body.hasMore]
  }
  expect([seen, pages]).toEqual([expected, 3])
  expect(await get(`after=${cursor}`)).toMatchObject({ status: 200, body: { items: [], hasMore: false } })
  const next = await publishStatus(api, account)
  expect(idsOf(await get(`after=${cursor}`))).toEqual([next.id])
})

test("without a cursor the oldest events come first", async () => {
  const all = await get("limit=500")
  expect(idsOf(await get("limit=3"))).toEqual(idsOf(all).slice(0, 3))
  expect(idsOf(await get("after=oldest&limit=3"))).toEqual(idsOf(all).slice(0, 3))
})

test("a rare type is found behind thousands of others, and pages without any go on", async () => {
  const account = await api.makeAccount()
  let cursor = (await get("after=latest")).body.nextCursor
  for (let batch = 0; batch < 15; batch++) {
    await Promise.all(Array.from({ length: 200 }, () => publishStatus(api, account)))
  }
  const wanted = await publishStatus(api, account, { type: "media.stored" })
  const found: string[] = []
  let empty = 0
  for (let more = true; more;) {
    const answer = await get(`after=${cursor}&types=media.*`)
    found.push(...idsOf(answer))
    if (answer.body.hasMore) empty += 1
    ;[cursor, more] = [answer.body.nextCursor, answer.body.hasMore]
  }
  expect(found).toEqual([wanted.id])
  expect(empty).toBeGreaterThan(0)
})

test("a bound key and an account filter show one account's events", async () => {
  const [account, other] = [await api.makeAccount(), await api.makeAccount()]
  const cursor = (await get("after=latest")).body.nextCursor
  await publishStatus(api, other)
  const event = await publishStatus(api, account)
  const key = await api.makeKey({ scopes: ["events"], account: account._id })
  expect(idsOf(await get(`after=${cursor}`, key))).toEqual([event.id])
  expect(idsOf(await get(`after=${cursor}&account=${account._id}`))).toEqual([event.id])
  expect(await get(`account=${other._id}`, key)).toMatchObject({ status: 404, body: { field: "query.account" } })
})

test("a cursor of an event of another tenant shows nothing of it", async () => {
  const account = await api.makeAccount({ tenant: newId("tenant") })
  await publishStatus(api, account)
  const { created, state } = await api.bus.manager.streams.info(api.bus.subjects.eventsStream)
  const cursor = encodeEventCursor({ log: Date.parse(created), sequence: state.last_seq - 1 })
  expect(idsOf(await get(`after=${cursor}`))).toEqual([])
})

test("a cursor of a log that was made anew is 410, and the new log's oldest is named", async () => {
  const own = await startTestApi()
  const { body } = await own.call("GET", "/v1/events?after=latest")
  await own.bus.manager.streams.delete(own.bus.subjects.eventsStream)
  await own.bus.manager.streams.add({ name: own.bus.subjects.eventsStream, subjects: [own.bus.subjects.allEvents] })
  const answer = await own.call("GET", `/v1/events?after=${body.nextCursor}`)
  expect(answer).toMatchObject({ status: 410, body: { code: "events_expired", field: "query.after" } })
  const again = await waitUntil("the oldest is taken", async () => {
    const page = await own.call("GET", `/v1/events?after=${answer.body.oldestCursor}`)
    return page.status === 200 && page
  })
  expect(again.body.items).toEqual([])
  await own.stop()
})
