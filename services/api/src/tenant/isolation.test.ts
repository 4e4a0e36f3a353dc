import { orderDrain } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { routes } from "../resources/index.ts"
import { namedInPath, validPeopleCalls } from "../testing/bad-input/people-rows.ts"
import { png, startTestApi } from "../testing/test-api.ts"
import type { CallOptions, TestApi } from "../testing/test-api.ts"

let api: TestApi
const keys: Record<string, string> = {}
const ids: Record<string, string> = {}
let bound = ""

/** Everything belongs to the first tenant; others ask for it. */
beforeAll(async () => {
  api = await startTestApi()
  const [account, own] = [await api.makeAccount({ status: "disconnected" }), await api.makeAccount()]
  bound = own._id
  keys["another tenant's key"] = await api.makeKey({ tenant: newId("tenant") })
  keys["a key bound to another account"] = await api.makeKey({ account: own._id })
  const body = { to: "+4915112345678", content: { type: "text", text: "x" } }
  const message = await api.call("POST", `/v1/accounts/${account._id}/messages?wait=false`, { body })
  const media = await api.call("POST", "/v1/media", {
    raw: new Uint8Array(png),
    headers: { "content-type": "image/png" },
  })
  const webhook = await api.call("POST", "/v1/webhooks", { body: { url: "https://example.com", events: ["*"] } })
  const delivery = await api.call("POST", `/v1/webhooks/${webhook.body.id}/test`)
  const key = await api.call("POST", "/v1/keys", { body: { name: "x", scopes: ["read"] } })
  const draft = { account: account._id, content: { type: "text", text: "Hello" } }
  const campaign = await api.call("POST", "/v1/campaigns", { body: draft })
  await orderDrain(api.bus, "worker-1", true)
  Object.assign(ids, {
    accounts: account._id,
    messages: message.body.id,
    media: media.body.id,
    webhooks: webhook.body.id,
    deliveries: delivery.body.deliveryId,
    keys: key.body.id,
    campaigns: campaign.body.id,
    workers: "worker-1",
  })
})
afterAll(() => api.stop())

const withId = routes.filter(({ path }) => path.includes("{id}"))
/** Lists of an account's things are not found at all, as above. */
const lists = routes.filter(({ operation, path }) => operation.startsWith("list") && !path.includes("{"))

function pathOf(path: string): string {
  const [, kind = ""] = /^\/v1\/(\w+)\//.exec(path) ?? []
  return namedInPath(path)
    .replace("{id}", ids[kind] ?? "")
    .replace("{messageId}", ids["messages"] ?? "")
}

describe.each(["another tenant's key", "a key bound to another account"])("%s", (who) => {
  test.each(withId.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s: 404, and nothing happens",
    async (_name, route) => {
      const call: CallOptions = { key: keys[who] ?? "", ...validPeopleCalls[route.operation] }
      if (route.operation === "sendMessage") call.body = { to: "+4915112345678", content: { type: "text", text: "x" } }
      else if (route.operation === "replayEvents") call.body = { from: "2026-11-24T10:00:00Z" }
      else if (route.operation === "addRecipients")
        Object.assign(call, { raw: "to\n", headers: { "content-type": "text/csv" } })
      else if (route.operation === "editMessage") call.body = { text: "x" }
      else if (route.operation === "reactToMessage") call.body = { emoji: "👍" }
      else if (route.body && call.raw === undefined) call.body ??= {}
      const answer = await api.call(route.method.toUpperCase(), pathOf(route.path), call)
      expect(answer).toMatchObject({ status: 404, body: { code: "not_found" } })
    },
  )

  test.each(lists.map((route) => [route.path, route] as const))("GET %s shows nothing of it", async (_name, route) => {
    const { body } = await api.call("GET", route.path, { key: keys[who] ?? "" })
    expect(body.items.map(({ id }: { id: string }) => id)).not.toEqual(
      expect.arrayContaining([ids[route.path.slice(4)]]),
    )
  })
})

test("everything is still there for its owner", async () => {
  for (const kind of ["accounts", "webhooks", "deliveries", "media"]) {
    expect((await api.call("GET", `/v1/${kind}/${ids[kind]}`)).status).toBe(200)
  }
  const { body } = await api.call("GET", "/v1/keys")
  expect(body.items.find(({ id }: { id: string }) => id === ids["keys"])).toMatchObject({ revokedAt: null })
})

test("a bound admin key makes only what is bound like itself", async () => {
  const key = keys["a key bound to another account"] ?? ""
  const call = (path: string, body: object) => api.call("POST", path, { key, body })
  const made = await call("/v1/keys", { name: "x", scopes: ["admin"] })
  expect(made.body.account).toBe(bound)
  expect((await call("/v1/webhooks", { url: "https://example.com", events: ["*"] })).body.account).toBe(bound)
  for (const account of [null, ids["accounts"]]) {
    expect((await call("/v1/keys", { name: "x", scopes: ["admin"], account })).status).toBe(404)
    expect((await call("/v1/webhooks", { url: "https://example.com", events: ["*"], account })).status).toBe(404)
  }
  expect((await call("/v1/accounts", { name: "x" })).status).toBe(403)
  const { body: accounts } = await api.call("GET", "/v1/accounts", { key })
  expect(accounts.items.map(({ id }: { id: string }) => id)).toEqual([bound])
})

test("a bound key does not get the recorded answer of an unbound one under the same Idempotency-Key", async () => {
  const headers = { "idempotency-key": newId("request") }
  const body = { name: "x", scopes: ["read"] }
  await api.call("POST", "/v1/keys", { body, headers })
  const answer = await api.call("POST", "/v1/keys", {
    body,
    headers,
    key: keys["a key bound to another account"] ?? "",
  })
  expect(answer).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } })
})
