import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { startNats, startRelay } from "@wildcat/testkit"
import { afterEach, expect, test } from "vitest"
import { startTestApi } from "../testing/test-api.ts"

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanups.splice(0).toReversed()) await each()
})

async function relayTo(serverUrl: string) {
  const relay = await startRelay(serverUrl)
  cleanups.push(relay.close)
  return relay
}

test.each(["cut", "silent"] as const)(
  "with MongoDB %s, requests are answered 503 and not ready, and all is well when it is back",
  async (state) => {
    const path = await relayTo(process.env["MONGO_URL"] ?? "")
    const api = await startTestApi({ MONGO_URL: path.url })
    cleanups.push(() => api.stop())
    const account = await api.makeAccount()
    expect((await api.call("GET", `/v1/accounts/${account._id}`)).status).toBe(200)
    path.set(state)
    const body = { to: "+4915112345678", content: { type: "text", text: "x" } }
    const answers = await Promise.all([
      api.call("GET", `/v1/accounts/${account._id}`),
      api.call("POST", `/v1/accounts/${account._id}/messages`, { body, headers: { "idempotency-key": "k" } }),
      api.call("POST", "/v1/media", { raw: "x", headers: { "content-type": "text/plain" } }),
    ])
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, body: { code: "dependency_unavailable" } })
    expect((await api.call("GET", "/readyz")).status).toBe(503)
    expect((await api.call("GET", "/healthz")).status).toBe(200)
    path.set("open")
    await expect
      .poll(async () => (await api.call("GET", `/v1/accounts/${account._id}`)).status, { timeout: 60_000 })
      .toBe(200)
  },
  90_000,
)

test("without NATS, sends are stored and answered 202, what needs it is answered 503, and it comes back by itself", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wildcat-nats-"))
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }))
  const nats = await startNats(folder)
  cleanups.push(() => nats.stop())
  const path = await relayTo(nats.url)
  const api = await startTestApi({ NATS_URL: path.url })
  cleanups.push(() => api.stop())
  const account = await api.makeAccount({ status: "disconnected" })
  path.set("cut")
  await expect.poll(async () => (await api.call("GET", "/readyz")).status, { timeout: 60_000 }).toBe(503)
  const body = { to: "+4915112345678", content: { type: "text", text: "x" } }
  expect(await api.call("POST", `/v1/accounts/${account._id}/messages`, { body })).toMatchObject({
    status: 202,
    body: { status: "queued" },
  })
  expect((await api.call("POST", `/v1/accounts/${account._id}/start`)).status).toBe(202)
  for (const [method, url] of [
    ["GET", "/v1/events"],
    ["GET", `/v1/accounts/${account._id}/qr`],
    ["POST", `/v1/accounts/${account._id}/logout`],
  ] as const) {
    expect(await api.call(method, url)).toMatchObject({ status: 503, body: { code: "dependency_unavailable" } })
  }
  path.set("open")
  await expect
    .poll(async () => (await api.call("GET", `/v1/accounts/${account._id}/qr`)).status, { timeout: 60_000 })
    .toBe(200)
})
