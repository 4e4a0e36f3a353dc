import { publishEvent, publishLive } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { readEvents } from "../../testing/read-events.ts"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const expiresAt = "2026-11-24T10:00:00.000Z"
const qr = (account: AccountDoc, options: Parameters<TestApi["call"]>[2] & { query?: string } = {}) =>
  api.call("GET", `/v1/accounts/${account._id}/qr${options.query ?? ""}`, options)

test("the QR code is there as JSON and as an image, by Accept or by format", async () => {
  const account = await api.makeAccount({ status: "qr", me: null })
  const worker = await api.serve(account._id, { "account.qr": async () => ({ qr: "2@abc", expiresAt }) })
  expect(await qr(account)).toMatchObject({ status: 200, body: { status: "qr", qr: "2@abc", expiresAt } })
  for (const call of [{ headers: { accept: "image/png" } }, { query: "?format=png" }]) {
    const image = await qr(account, call)
    expect(image.headers.get("content-type")).toBe("image/png")
    expect(image.headers.get("cache-control")).toBe("no-store")
    expect(image.body).toContain("PNG")
  }
  expect(await qr(account, { headers: { accept: "text/html,*/*;q=0.1" } })).toMatchObject({
    status: 200,
    body: { qr: "2@abc" },
  })
  expect(await qr(account, { headers: { accept: "text/html" } })).toMatchObject({
    status: 406,
    body: { code: "not_acceptable" },
  })
  worker.stop()
})

test("while there is no QR code yet, JSON says null and an image is not found", async () => {
  const account = await api.makeAccount({ status: "connecting", me: null })
  expect(await qr(account)).toMatchObject({ status: 200, body: { status: "connecting", qr: null, expiresAt: null } })
  expect(await qr(account, { query: "?format=png" })).toMatchObject({ status: 404 })
})

test("a linked account needs no QR code", async () => {
  const account = await api.makeAccount({ status: "connected" })
  for (const format of ["json", "png", "sse"]) {
    expect(await qr(account, { query: `?format=${format}` })).toMatchObject({
      status: 409,
      body: { code: "account_already_linked" },
    })
  }
})

test("a key that may only read does not get a QR code: whoever has it can link a phone", async () => {
  const account = await api.makeAccount({ status: "qr", me: null })
  expect(await qr(account, { key: await api.makeKey({ scopes: ["read"] }) })).toMatchObject({ status: 403 })
})

test("the stream gives status and QR codes as they come, and ends when the account is connected", async () => {
  const account = await api.makeAccount({ status: "qr", me: null })
  const worker = await api.serve(account._id, { "account.qr": async () => ({ qr: "2@first", expiresAt }) })
  const { seen, ended } = readEvents(await api.request("GET", `/v1/accounts/${account._id}/qr?format=sse`))
  await waitUntil("the first code", () => seen.length >= 2)
  const envelope = {
    specversion: "1.0",
    source: `/accounts/${account._id}`,
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant: account.tenant,
    account: account._id,
  } as const
  publishLive(api.bus, { ...envelope, id: newId("event"), type: "account.qr", data: { qr: "2@second", expiresAt } })
  await waitUntil("the second code", () => seen.length >= 3)
  const status = (value: "pairing" | "connected", sequence: number) =>
    publishEvent(api.bus, {
      ...envelope,
      id: newId("event"),
      sequence,
      type: "account.status",
      data: { status: value, reason: null, me: null },
    })
  await status("pairing", 1)
  await status("connected", 2)
  await ended
  expect(seen.map(({ event, data }) => [event, data.qr ?? data.status])).toEqual([
    ["status", "qr"],
    ["qr", "2@first"],
    ["qr", "2@second"],
    ["status", "pairing"],
    ["status", "connected"],
  ])
  worker.stop()
})
