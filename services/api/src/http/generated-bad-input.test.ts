import { errorCodes } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, expect, test } from "vitest"
import { routes } from "../resources/index.ts"
import { badCallsOf } from "../testing/bad-input/bad-calls.ts"
import type { BadCall } from "../testing/bad-input/bad-calls.ts"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

/** Fixed: the same requests in every run. */
const plan = { seed: 20_261_124, bodiesMax: 200, queries: 12 }
const atOnce = 6
const patienceMs = 20_000

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

test.each(routes.map((route) => [route.operation, route] as const))(
  "%s refuses every generated bad request and names the field",
  async (_operation, route) => {
    const calls = badCallsOf(route, plan)
    const complaints: string[] = []
    for (let first = 0; first < calls.length; first += atOnce) {
      const answered = calls.slice(first, first + atOnce).map((call) => complaintOf(route.method, call))
      complaints.push(...(await Promise.all(answered)).filter((complaint) => complaint !== ""))
    }
    expect(complaints).toEqual([])
    expect(calls.length).toBeGreaterThan(0)
  },
)

test("after all of it the API is ready and does what it is asked", async () => {
  expect(await api.call("GET", "/readyz", { key: null })).toMatchObject({ status: 200, body: { status: "ready" } })
  const account = await api.call("POST", "/v1/accounts", { body: { name: "Shop" } })
  expect(account.status).toBe(201)
  expect((await api.call("GET", `/v1/accounts/${account.body.id}`)).body).toEqual(account.body)
  const linked = await api.makeAccount({ status: "disconnected" })
  const body = { to: "+4915112345678", content: { type: "text", text: "still here" } }
  const sent = await api.call("POST", `/v1/accounts/${linked._id}/messages?wait=false`, { body })
  expect(sent).toMatchObject({ status: 202, body: { status: "queued", content: body.content } })
})

/** What is wrong with the answer; empty when nothing is. */
async function complaintOf(method: string, { path, options, fields }: BadCall): Promise<string> {
  const signal = AbortSignal.timeout(patienceMs)
  const answer = await api.call(method.toUpperCase(), path, { ...options, signal }).catch((error: unknown) => error)
  const asked = `${method} ${path.slice(0, 200)} ${shown(options)}`
  if (answer instanceof Error || !isAnswer(answer)) return `${asked}: ${String(answer)}`
  const { status, headers, body } = answer
  const told = `${asked}: ${status} ${JSON.stringify(body).slice(0, 300)}`
  const isProblem = headers.get("content-type") === "application/problem+json" && body.code in errorCodes
  if (status < 400 || status > 499 || body.status !== status || !isProblem) return told
  const tooLarge = status === 413 && body.field === "body"
  return tooLarge || fields.has(body.field) ? "" : `${told}, not one of ${[...fields].join(", ")}`
}

function isAnswer(value: unknown): value is Awaited<ReturnType<TestApi["call"]>> {
  return typeof value === "object" && value !== null && "status" in value
}

function shown({ body, raw, headers }: BadCall["options"]): string {
  const sent = body ?? (raw instanceof FormData ? raw.get("message") : raw)
  return JSON.stringify([headers, sent]).slice(0, 300)
}
