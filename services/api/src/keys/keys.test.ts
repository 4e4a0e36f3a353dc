import { mkdtemp, readFile, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { newId } from "@wildcat/shared/contracts"
import { freePort, root, startProcess } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

test("a key is shown once, works, and is stored only as a hash", async () => {
  const { status, body } = await api.call("POST", "/v1/keys", { body: { name: "CRM", scopes: ["read"] } })
  expect(status).toBe(201)
  expect(body.key).toMatch(new RegExp(`^wc_${body.id.slice(4)}_[\\w-]{43}$`))
  expect((await api.call("GET", "/v1/accounts", { key: body.key })).status).toBe(200)
  const { body: list } = await api.call("GET", "/v1/keys")
  expect(JSON.stringify(list)).not.toContain(body.key)
  expect(JSON.stringify(await api.store.db.collection("apiKeys").find().toArray())).not.toContain(body.key.slice(30))
})

test("a key is also taken as a bearer token", async () => {
  const headers = { authorization: `Bearer ${api.adminKey}` }
  expect((await api.call("GET", "/v1/accounts", { key: null, headers })).status).toBe(200)
})

test("a repeated creation answers with the same key", async () => {
  const call = { body: { name: "x", scopes: ["read"] }, headers: { "idempotency-key": newId("request") } }
  const [first, second] = [await api.call("POST", "/v1/keys", call), await api.call("POST", "/v1/keys", call)]
  expect(second.body).toEqual(first.body)
})

test("a revoked key is refused at once by the process that revoked it", async () => {
  const { body } = await api.call("POST", "/v1/keys", { body: { name: "x", scopes: ["read"] } })
  expect((await api.call("GET", "/v1/accounts", { key: body.key })).status).toBe(200)
  expect((await api.call("DELETE", `/v1/keys/${body.id}`)).status).toBe(204)
  expect((await api.call("GET", "/v1/accounts", { key: body.key })).status).toBe(401)
  expect((await api.call("DELETE", `/v1/keys/${body.id}`)).status).toBe(204)
})

test("an expired key is refused", async () => {
  const key = await api.makeKey({ expiresAt: new Date(Date.now() - 1) })
  expect((await api.call("GET", "/v1/accounts", { key })).status).toBe(401)
})

test("reading scopes read, others do what they are for, and none makes keys but admin", async () => {
  const reader = await api.makeKey({ scopes: ["read"] })
  expect((await api.call("GET", "/v1/webhooks", { key: reader })).status).toBe(200)
  expect((await api.call("POST", "/v1/accounts", { key: reader, body: { name: "x" } })).status).toBe(403)
  const all = await api.makeKey({ scopes: ["accounts", "messages", "webhooks", "events", "read"] })
  expect((await api.call("POST", "/v1/accounts", { key: all, body: { name: "x" } })).status).toBe(201)
  expect((await api.call("POST", "/v1/keys", { key: all, body: { name: "x", scopes: ["admin"] } })).status).toBe(403)
})

test("the last admin key cannot be revoked", async () => {
  const tenant = newId("tenant")
  const key = await api.makeKey({ tenant })
  const answer = await api.call("DELETE", `/v1/keys/key_${key.slice(3, 29)}`, { key })
  expect(answer).toMatchObject({ status: 409, body: { code: "conflict" } })
})

test("several processes that start at once make one first key, in a file that only its owner can read, never in a log", async () => {
  const own = await startTestApi()
  await own.store.db.collection("apiKeys").deleteMany({})
  const folder = await mkdtemp(join(tmpdir(), "wildcat-key-"))
  const file = join(folder, "admin.key")
  const start = async () => {
    const port = await freePort()
    const { ADMIN_API_KEY: _given, ...env } = own.env
    const service = await startProcess({
      entry: `${root}/services/api/src/main.ts`,
      env: { ...env, API_PORT: String(port), ADMIN_API_KEY_FILE: file },
      readyUrl: `http://127.0.0.1:${port}/readyz`,
    })
    return { service, port }
  }
  const running = await Promise.all([start(), start(), start()])
  const key = (await readFile(file, "utf8")).trim()
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await own.store.db.collection("apiKeys").countDocuments()).toBe(1)
  for (const { port } of running) {
    const response = await fetch(`http://127.0.0.1:${port}/v1/keys`, { headers: { "x-api-key": key } })
    expect(response.status).toBe(200)
  }
  for (const { service } of running) {
    expect((await service.stop()).code).toBe(0)
    expect(service.lines.join("\n")).not.toContain(key.slice(30))
    expect(service.lines.join("\n")).not.toContain(own.env["API_KEY_PEPPER"])
  }
  await rm(folder, { recursive: true })
  await own.stop()
})
