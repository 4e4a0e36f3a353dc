import { onNudge } from "@wildcat/shared/bus"
import { newId, parseEvent } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { secretsKey, startTestApi } from "../../testing/test-api.ts"
import type { Parsed, TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ ALLOW_HTTP_WEBHOOKS: "true", WEBHOOKS_MAX: "20" })
})
afterAll(() => api.stop())

const create = (body: object = {}, options = {}) =>
  api.call("POST", "/v1/webhooks", {
    body: { url: "http://127.0.0.1:9/hook", events: ["message.*"], ...body },
    ...options,
  })

test("a webhook's secret is shown once, and kept sealed", async () => {
  const { status, body } = await create()
  expect(status).toBe(201)
  const { secret, ...shown } = body
  expect(Buffer.from(secret.replace("whsec_", ""), "base64")).toHaveLength(32)
  expect((await api.call("GET", `/v1/webhooks/${body.id}`)).body).toEqual(shown)
  const stored = await api.store.models.webhooks.findById(body.id)
  expect(stored?.secret.includes(Buffer.from(secret))).toBe(false)
  expect(
    createSecretBox(secretsKey)
      .open(stored?.secret ?? Buffer.of(), `webhook:${body.id}`)
      .toString(),
  ).toBe(secret)
})

test("a repeated creation answers with the same secret, which the record does not hold in the clear", async () => {
  const headers = { "idempotency-key": newId("request") }
  const [first, second] = [await create({}, { headers }), await create({}, { headers })]
  expect(second.body).toEqual(first.body)
  const record = await api.store.collections.idempotency.findOne({ _id: `${api.tenant}:${headers["idempotency-key"]}` })
  expect(JSON.stringify(record)).not.toContain(first.body.secret)
  expect(Buffer.from(record?.response?.body ?? "", "base64").includes(first.body.secret)).toBe(false)
})

test("a change touches what it names", async () => {
  const { body } = await create({ description: "CRM" })
  const { secret: _secret, ...before } = body
  const changed = await api.call("PATCH", `/v1/webhooks/${body.id}`, { body: { enabled: false } })
  expect(changed.body).toEqual({ ...before, enabled: false, updatedAt: changed.body.updatedAt })
  const wrong = await api.call("PATCH", `/v1/webhooks/${body.id}`, { body: { url: "https://10.1.2.3/" } })
  expect(wrong).toMatchObject({ status: 422, body: { code: "address_not_allowed", field: "url" } })
})

test("a name that leads to a private address is refused", async () => {
  const strict = await startTestApi({ ALLOWED_PRIVATE_RANGES: "" })
  const answer = await strict.call("POST", "/v1/webhooks", { body: { url: "https://localhost/x", events: ["*"] } })
  expect(answer).toMatchObject({ status: 422, body: { code: "address_not_allowed", field: "url" } })
  await strict.stop()
})

test("a test queues one delivery with a valid event to this webhook alone, and tells the dispatchers", async () => {
  const { body: webhook } = await create()
  let nudges = 0
  onNudge(api.bus, api.bus.subjects.deliveriesNudge, () => (nudges += 1))
  await api.bus.connection.flush()
  const headers = { "idempotency-key": newId("request") }
  const queued = await api.call("POST", `/v1/webhooks/${webhook.id}/test`, { headers })
  expect(queued.status).toBe(202)
  expect((await api.call("POST", `/v1/webhooks/${webhook.id}/test`, { headers })).body).toEqual(queued.body)
  await waitUntil("the dispatchers are told", () => nudges > 0)
  const delivery = await api.store.collections.deliveries.findOne({ _id: queued.body.deliveryId })
  expect(parseEvent(JSON.parse(delivery?.body ?? ""))).toMatchObject({
    id: queued.body.eventId,
    type: "webhook.test",
    data: { webhook: webhook.id },
  })
  expect(await api.store.collections.deliveries.countDocuments({ webhook: webhook.id })).toBe(1)

  await api.store.collections.attempts.insertOne({
    _id: newId("attempt"),
    tenant: api.tenant,
    delivery: queued.body.deliveryId,
    webhook: webhook.id,
    number: 1,
    startedAt: new Date(),
    outcome: "failed",
    statusCode: 500,
    latencyMs: 12,
    error: "the endpoint answered 500",
    responseExcerpt: "oops",
  })
  const one = await api.call("GET", `/v1/deliveries/${queued.body.deliveryId}`)
  expect(one.body).toMatchObject({
    status: "pending",
    type: "webhook.test",
    attempts: [{ number: 1, statusCode: 500, responseExcerpt: "oops" }],
  })
  const listed = await api.call("GET", `/v1/deliveries?webhook=${webhook.id}&status=pending`)
  expect(listed.body.items).toEqual([expect.objectContaining({ id: queued.body.deliveryId })])
  expect((await api.call("GET", `/v1/deliveries?webhook=${webhook.id}&status=failed`)).body.items).toEqual([])
})

test("a disabled webhook cannot be tested, a deleted one is gone", async () => {
  const { body } = await create({ enabled: false })
  expect(await api.call("POST", `/v1/webhooks/${body.id}/test`)).toMatchObject({
    status: 409,
    body: { code: "conflict" },
  })
  expect((await api.call("DELETE", `/v1/webhooks/${body.id}`)).status).toBe(204)
  expect((await api.call("GET", `/v1/webhooks/${body.id}`)).status).toBe(404)
})

test("deliveries are paged newest first, each once", async () => {
  const { body: webhook } = await create()
  for (let index = 0; index < 7; index += 1) await api.call("POST", `/v1/webhooks/${webhook.id}/test`)
  const seen: string[] = []
  let cursor: string | null = ""
  while (cursor !== null) {
    const { body }: { body: Parsed } = await api.call(
      "GET",
      `/v1/deliveries?webhook=${webhook.id}&limit=3${cursor && `&cursor=${cursor}`}`,
    )
    seen.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.nextCursor
  }
  expect(new Set(seen).size).toBe(7)
  expect(seen).toHaveLength(7)
})
