import { onNudge, publishEvent } from "@wildcat/shared/bus"
import { newId, parseEvent } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { statusEvent } from "@wildcat/shared/testing"
import { secretsKey, startTestApi } from "../../testing/test-api.ts"
import type { Parsed, TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ ALLOW_HTTP_WEBHOOKS: "true", WEBHOOKS_MAX: "50" })
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

  const attempt = {
    number: 1,
    startedAt: new Date(),
    outcome: "failed" as const,
    statusCode: 500,
    latencyMs: 12,
    error: "the endpoint answered 500",
    responseExcerpt: "oops",
  }
  await api.store.collections.deliveries.updateOne({ _id: queued.body.deliveryId }, { $set: { tries: [attempt] } })
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

test("a rotated secret is shown once; the one before stays until the overlap ends; repeated, nothing rotates twice", async () => {
  const { body: webhook } = await create()
  const headers = { "idempotency-key": newId("request") }
  const path = `/v1/webhooks/${webhook.id}/rotate-secret`
  const rotated = await api.call("POST", path, { body: { overlapSeconds: 3_600 }, headers })
  expect(rotated.status).toBe(200)
  expect(rotated.body.secret).not.toBe(webhook.secret)
  expect((await api.call("POST", path, { body: { overlapSeconds: 3_600 }, headers })).body).toEqual(rotated.body)
  const stored = await api.store.models.webhooks.findById(webhook.id)
  const open = (sealed?: Buffer) =>
    createSecretBox(secretsKey)
      .open(sealed ?? Buffer.of(), `webhook:${webhook.id}`)
      .toString()
  expect(open(stored?.secret)).toBe(rotated.body.secret)
  expect(open(stored?.previousSecret?.secret)).toBe(webhook.secret)
  const shown = await api.call("GET", `/v1/webhooks/${webhook.id}`)
  expect(shown.body.previousSecretValidUntil).toBe(rotated.body.previousValidUntil)
  expect(JSON.stringify(shown.body)).not.toContain("whsec_")
})

test("finer settings are kept; values of custom headers are sealed and not shown", async () => {
  const finer = {
    filter: { kinds: ["direct"], fromMe: false, chats: ["+49 151 12345678"] },
    headers: { "X-Key": "a secret of theirs" },
    retry: { pausesSeconds: [1, 2], totalSeconds: 60 },
    timeoutSeconds: 3,
    ordered: "chat",
  }
  const { body } = await create(finer)
  expect(body).toMatchObject({
    filter: { kinds: ["direct"], fromMe: false, chats: ["4915112345678@s.whatsapp.net"] },
    headerNames: ["x-key"],
    retry: { pausesSeconds: [1, 2], factor: 2, pauseSecondsMax: 14_400, totalSeconds: 60, attemptsMax: 30 },
    timeoutSeconds: 3,
    ordered: "chat",
  })
  const stored = await api.store.models.webhooks.findById(body.id)
  expect(stored?.headers?.includes("a secret of theirs")).toBe(false)
  const cleared = await api.call("PATCH", `/v1/webhooks/${body.id}`, { body: { headers: null, ordered: null } })
  expect(cleared.body).toMatchObject({ headerNames: [], ordered: null, timeoutSeconds: 3 })
})

test("every change is marked before it is answered", async () => {
  const revision = async () => (await api.store.collections.revisions.findOne({ _id: "webhooks" }))?.n ?? 0
  const first = await revision()
  const { body } = await create()
  await api.call("PATCH", `/v1/webhooks/${body.id}`, { body: { enabled: false } })
  await api.call("POST", `/v1/webhooks/${body.id}/rotate-secret`, { body: {} })
  await api.call("DELETE", `/v1/webhooks/${body.id}`)
  expect((await revision()) - first).toBe(4)
})

test("one delivery is made again, or all that fit a filter, or none when dry", async () => {
  const { body: webhook } = await create()
  const ids: string[] = []
  for (let index = 0; index < 3; index += 1) {
    ids.push((await api.call("POST", `/v1/webhooks/${webhook.id}/test`)).body.deliveryId)
  }
  const { deliveries } = api.store.collections
  const failed = { status: "failed" as const, completedAt: new Date(), lastError: "x" }
  await deliveries.updateMany({ webhook: webhook.id }, { $set: failed })
  const retried = await api.call("POST", `/v1/deliveries/${ids[0]}/retry`)
  expect(retried).toMatchObject({ status: 202, body: { status: "pending", completedAt: null } })
  const redrive = (body: object) => api.call("POST", `/v1/webhooks/${webhook.id}/redrive`, { body })
  expect((await redrive({ dryRun: true })).body).toEqual({ matched: 2, dryRun: true })
  expect((await redrive({ type: "message.sent" })).body.matched).toBe(0)
  expect((await redrive({ to: "2020-01-01T00:00:00Z" })).body.matched).toBe(0)
  expect(await deliveries.countDocuments({ webhook: webhook.id, status: "failed" })).toBe(2)
  expect((await redrive({ type: "webhook.test" })).body).toEqual({ matched: 2, dryRun: false })
  expect(await deliveries.countDocuments({ webhook: webhook.id, status: "pending" })).toBe(3)
  const lease = { by: newId("request"), until: new Date(Date.now() + 60_000) }
  await deliveries.updateOne({ _id: ids[0] ?? "" }, { $set: { lease } })
  expect((await api.call("POST", `/v1/deliveries/${ids[0]}/retry`)).body.code).toBe("conflict")
})

test("a time range of the log is delivered again under the events' ids, once per call, only what fits", async () => {
  const account = newId("account")
  const { body: webhook } = await create({ events: ["account.*"] })
  const events = Array.from({ length: 5 }, (_, index) => statusEvent(api.tenant, account, index + 1))
  const before = new Date(Date.now() - 60_000).toISOString()
  for (const event of events) await publishEvent(api.bus, event)
  await publishEvent(api.bus, statusEvent(newId("tenant"), account))
  const replay = (body: object, headers = {}) =>
    api.call("POST", `/v1/webhooks/${webhook.id}/replay`, { body: { from: before, ...body }, headers })
  expect((await replay({ dryRun: true })).body).toEqual({ matched: 5, nextFrom: null })
  const headers = { "idempotency-key": newId("request") }
  expect((await replay({ to: new Date(Date.now() + 60_000).toISOString() }, headers)).body.matched).toBe(5)
  const made = await api.store.collections.deliveries.find({ webhook: webhook.id }).sort({ position: 1 }).toArray()
  expect(made.map(({ event }) => event)).toEqual(events.map(({ id }) => id))
  expect(made.map(({ body }) => body)).toEqual(events.map((event) => JSON.stringify(event)))
  expect((await replay({ to: new Date(Date.now() - 30_000).toISOString() })).body.matched).toBe(0)
})
