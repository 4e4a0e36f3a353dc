import { afterEach, expect, test } from "vitest"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

const apis: TestApi[] = []
afterEach(async () => {
  for (const api of apis.splice(0).toReversed()) await api.stop()
})

async function limited(env: Record<string, string>): Promise<TestApi> {
  const api = await startTestApi(env)
  apis.push(api)
  return api
}

const statusesOf = async (count: number, call: () => Promise<{ status: number }>): Promise<number[]> => {
  const statuses: number[] = []
  for (let n = 0; n < count; n += 1) statuses.push((await call()).status)
  return statuses
}

test("a key that has made its requests is told when to come back; another key goes on [E26 P66]", async () => {
  const api = await limited({ REQUESTS_PER_MINUTE: "7" })
  const list = (key?: string) => api.call("GET", "/v1/accounts", key === undefined ? {} : { key })
  expect(await statusesOf(7, list)).toEqual(Array(7).fill(200))
  const refused = await list()
  expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited", status: 429 } })
  const seconds = Number(refused.headers.get("retry-after"))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(60)
  expect((await list(await api.makeKey())).status).toBe(200)
  expect((await api.call("GET", "/readyz", { key: null })).status).toBe(200)
})

test("requests that come together are not let through in excess", async () => {
  const api = await limited({ REQUESTS_PER_MINUTE: "100" })
  const answers = await Promise.all(Array.from({ length: 130 }, () => api.call("GET", "/v1/accounts")))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(30)
})

test("sends have a limit of their own", async () => {
  const api = await limited({ SENDS_PER_MINUTE: "2" })
  const account = await api.makeAccount({ status: "disconnected" })
  const path = `/v1/accounts/${account._id}/messages`
  const body = { to: "+4915112345678", content: { type: "text", text: "x" } }
  const send = () => api.call("POST", `${path}?wait=false`, { body })
  expect(await statusesOf(3, send)).toEqual([202, 202, 429])
  expect((await api.call("GET", path)).body.items).toHaveLength(2)
})

test("processes share a key's limit", async () => {
  const first = await limited({ REQUESTS_PER_MINUTE: "10" })
  const { MONGO_DATABASE = "", NATS_PREFIX = "", ADMIN_API_KEY = "" } = first.env
  const second = await limited({ MONGO_DATABASE, NATS_PREFIX, ADMIN_API_KEY, REQUESTS_PER_MINUTE: "10" })
  const at = (api: TestApi) => () => api.call("GET", "/v1/accounts", { key: first.adminKey })
  expect(await statusesOf(6, at(first))).toEqual(Array(6).fill(200))
  expect(await statusesOf(5, at(second))).toEqual([200, 200, 200, 200, 429])
  expect(await statusesOf(1, at(first))).toEqual([429])
})

test("a limit of zero is none", async () => {
  const api = await limited({ REQUESTS_PER_MINUTE: "0" })
  expect(await statusesOf(20, () => api.call("GET", "/v1/accounts"))).toEqual(Array(20).fill(200))
  expect(await api.store.db.collection("rateLimits").countDocuments()).toBe(0)
})
