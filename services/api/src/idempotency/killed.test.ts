import { newId } from "@wildcat/shared/contracts"
import { freePort, root, startProcess } from "@wildcat/testkit"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { png, startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

/** The API that survives; another process of it is killed at a fault point. */
let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ ALLOW_HTTP_WEBHOOKS: "true" })
})
afterAll(() => api.stop())

interface Change {
  path: string
  body: object
}

/** Makes the call on a process that is killed by it, then on the one that lives, twice. */
async function repeatAfterKill(point: string, change: Change) {
  const port = await freePort()
  const victim = await startProcess({
    entry: `${root}/services/api/src/main.ts`,
    env: { ...api.env, API_PORT: String(port), WILDCAT_FAULT_POINT: point },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  })
  const headers = { "idempotency-key": newId("request") }
  const killed = fetch(`http://127.0.0.1:${port}${change.path}`, {
    method: "POST",
    headers: { ...headers, "x-api-key": api.adminKey, "content-type": "application/json" },
    body: JSON.stringify(change.body),
  })
  await expect(killed).rejects.toThrow("fetch failed")
  expect((await victim.exited).signal).toBe("SIGKILL")
  const call = () => api.call("POST", change.path, { body: change.body, headers })
  const [first, second] = [await call(), await call()]
  expect(second.body).toEqual(first.body)
  return first
}

const message = {
  to: "+4915112345678",
  content: { type: "image", media: { base64: png.toString("base64"), mimetype: "image/png" } },
}

describe.each([
  "api.after-outbox-before-command",
  "api.after-command-before-answer",
  "api.after-effect-before-idempotency-record",
])("killed at %s", (point) => {
  test("a repeated send is the same one message, with one media, under one WhatsApp id", async () => {
    const account = await api.makeAccount({ status: "disconnected" })
    const before = await api.store.db.collection("media.files").countDocuments()
    const answer = await repeatAfterKill(point, {
      path: `/v1/accounts/${account._id}/messages?wait=false`,
      body: message,
    })
    expect(answer.status).toBe(202)
    const rows = await api.store.collections.outbox.find({ account: account._id }).toArray()
    expect(rows.map(({ _id, waId }) => [_id, waId])).toEqual([[answer.body.id, answer.body.waId]])
    expect(await api.store.db.collection("media.files").countDocuments()).toBe(before + 1)
  })
})

test.each([
  ["account", "/v1/accounts", { name: "x" }, "accounts"],
  ["webhook", "/v1/webhooks", { url: "http://127.0.0.1:9/", events: ["*"] }, "webhooks"],
  ["API key", "/v1/keys", { name: "x", scopes: ["read"] }, "apiKeys"],
])(
  "a repeated creation of one %s after a crash is the same one, with the same secret",
  async (_what, path, body, collection) => {
    const before = await api.store.db.collection(collection).countDocuments()
    const answer = await repeatAfterKill("api.after-effect-before-idempotency-record", { path, body })
    expect(answer.status).toBe(201)
    expect(await api.store.db.collection(collection).countDocuments()).toBe(before + 1)
    // Of what was made, a key must also work.
    const key = answer.body.key ?? api.adminKey
    expect((await api.call("GET", "/v1/accounts", { key })).status).toBe(200)
  },
  60_000,
)
