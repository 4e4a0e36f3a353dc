import { newId } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { routes } from "../resources/index.ts"
import { accountRows } from "../testing/bad-input/account-rows.ts"
import type { Rows } from "../testing/bad-input/bad.ts"
import { campaignRows } from "../testing/bad-input/campaign-rows.ts"
import { chatRows } from "../testing/bad-input/chat-rows.ts"
import { mediaRows } from "../testing/bad-input/media-rows.ts"
import { messageRows } from "../testing/bad-input/message-rows.ts"
import { namedInPath, peopleRows, validPeopleCalls } from "../testing/bad-input/people-rows.ts"
import { webhookRows } from "../testing/bad-input/webhook-rows.ts"
import { png, startTestApi } from "../testing/test-api.ts"
import type { CallOptions, TestApi } from "../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

/** What is particular to each endpoint. A new route without a row fails the test below. */
const rows: Rows = {
  ...accountRows,
  ...campaignRows,
  ...chatRows,
  ...mediaRows,
  ...messageRows,
  ...peopleRows,
  ...webhookRows,
}

test("every endpoint has its row of bad input", () => {
  expect(Object.keys(rows).toSorted()).toEqual(routes.map(({ operation }) => operation).toSorted())
})

/** Things of the first tenant that paths of the rows name. */
async function pathOf(template: string): Promise<string> {
  const account = await api.makeAccount({ status: "disconnected" })
  const webhook = template.includes("webhooks/")
    ? await api.call("POST", "/v1/webhooks", { body: { url: "https://example.com", events: ["*"] } })
    : null
  const draft = { account: account._id, content: { type: "text", text: "Hello" } }
  const campaign = template.includes("campaigns/") ? await api.call("POST", "/v1/campaigns", { body: draft }) : null
  return namedInPath(template)
    .replace("/accounts/{id}", `/accounts/${account._id}`)
    .replace("/webhooks/{id}", `/webhooks/${webhook?.body.id}`)
    .replace("/campaigns/{id}", `/campaigns/${campaign?.body.id}`)
    .replace("{id}", newId("media"))
    .replace("{messageId}", newId("message"))
}

describe.each(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
  "%s",
  (_name, route) => {
    const method = route.method.toUpperCase()
    const unknown = namedInPath(route.path)
      .replaceAll("{id}", idLike(route.path))
      .replace("{messageId}", newId("message"))
    const valid = route.body === null ? {} : validCall(route.operation)

    test.each(rows[route.operation] ?? [])("%s", async (_what, { query, ...call }, status, code, field) => {
      const path = await pathOf(route.path)
      const answer = await api.call(method, query ? `${path}?${query}` : path, call)
      expect(answer.body).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) })
      expect(answer.status).toBe(status)
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      expect(answer.body.requestId).toBe(answer.headers.get("x-request-id"))
    })

    test("without, with a malformed, a wrong and an unknown key: 401", async () => {
      for (const key of [null, "x", `${api.adminKey}x`, `wc_${newId("apiKey").slice(4)}_${"a".repeat(43)}`]) {
        const answer = await api.call(method, unknown, { key })
        expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized", field: "header.x-api-key" } })
        expect(answer.headers.get("www-authenticate")).toContain("Bearer")
      }
    })

    test("a key without the scope: 403", async () => {
      const wrong = ["accounts", "messages", "webhooks", "events"].find(
        (scope) => !route.admission.scopes.some((each) => each === scope),
      )
      const answer = await api.call(method, unknown, { key: await api.makeKey({ scopes: [wrong ?? "read"] }) })
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } })
    })

    test.runIf(route.path.includes("{"))("an id that is unknown or malformed: 404 naming it", async () => {
      for (const path of [unknown, unknown.replace(/(acc|whk|med|dlv|key|cmp)_\w+/, "nonsense")]) {
        const answer = await api.call(method, path, valid)
        expect(answer).toMatchObject({ status: 404, body: { code: "not_found", field: "path.id" } })
      }
    })

    test.runIf(route.method !== "get")("a malformed Idempotency-Key: 400 naming it", async () => {
      for (const key of ["x".repeat(256), "with space"]) {
        const answer = await api.call(method, unknown, {
          ...valid,
          headers: { ...valid.headers, "idempotency-key": key },
        })
        expect(answer).toMatchObject({
          status: 400,
          body: { code: "invalid_request", field: "header.idempotency-key" },
        })
      }
    })

    test("another method: 405 with Allow", async () => {
      const known = new Set(routes.filter((each) => each.path === route.path).map((each) => each.method.toUpperCase()))
      const other = ["PUT", "PATCH", "POST", "DELETE"].find((each) => !known.has(each)) ?? "PUT"
      const answer = await api.call(other, unknown)
      expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } })
      expect(answer.headers.get("allow")).toContain(method)
    })
  },
)

test("an unknown path: 404; a path that is no UTF-8: 400; neither says what the server runs on", async () => {
  const unknown = await api.call("GET", "/v2/accounts")
  expect(unknown).toMatchObject({ status: 404, body: { code: "not_found", field: "path" } })
  expect(unknown.headers.get("x-powered-by")).toBeNull()
  expect(unknown.headers.get("x-content-type-options")).toBe("nosniff")
  expect(unknown.headers.get("access-control-allow-origin")).toBeNull()
  expect(await api.call("GET", "/v1/accounts/%ff")).toMatchObject({ status: 400, body: { code: "invalid_request" } })
})

test("a body that is too large is refused also when its length is not declared", async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`{"name":"${"x".repeat(100_000)}`)),
  })
  const answer = await api.call("POST", "/v1/accounts", {
    raw: endless,
    headers: { "content-type": "application/json" },
  })
  expect(answer).toMatchObject({ status: 413, body: { code: "body_too_large" } })
})

function idLike(path: string): string {
  const kinds = {
    "/accounts/": "account",
    "/webhooks/": "webhook",
    "/media/": "media",
    "/deliveries/": "delivery",
    "/keys/": "apiKey",
    "/campaigns/": "campaign",
  } as const
  const kind = Object.entries(kinds).find(([part]) => path.includes(part))?.[1] ?? "account"
  return newId(kind)
}

function validCall(operation: string): CallOptions {
  if (operation === "uploadMedia") return { raw: png, headers: { "content-type": "image/png" } }
  const ofPeople = validPeopleCalls[operation]
  if (ofPeople !== undefined) return ofPeople
  if (operation === "sendMessage") return { body: { to: "+4915112345678", content: { type: "text", text: "x" } } }
  if (operation === "addRecipients") return { raw: "to\n", headers: { "content-type": "text/csv" } }
  if (operation === "editMessage") return { body: { text: "x" } }
  if (operation === "reactToMessage") return { body: { emoji: "👍" } }
  if (operation === "replayEvents") return { body: { from: "2026-11-24T10:00:00Z" } }
  return { body: operation === "createWebhook" ? { url: "https://example.com", events: ["*"] } : {} }
}
