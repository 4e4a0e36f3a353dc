import { randomBytes } from "node:crypto"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox, signMediaLink } from "@wildcat/shared/runtime"
import { freePort, root, startProcess } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { png, secretsKey, startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
let media: ServiceProcess
beforeAll(async () => {
  const port = await freePort()
  api = await startTestApi({ MEDIA_INTERNAL_URL: `http://127.0.0.1:${port}`, MEDIA_BYTES_MAX: "1000000" })
  media = await startProcess({
    entry: `${root}/services/media/src/main.ts`,
    env: { ...api.env, MEDIA_HOST: "127.0.0.1", MEDIA_PORT: String(port) },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  })
})
afterAll(async () => {
  await media.stop()
  await api.stop()
})

const upload = (bytes: Uint8Array, type = "image/png", headers = {}) =>
  api.call("POST", "/v1/media", { raw: new Uint8Array(bytes), headers: { "content-type": type, ...headers } })

test("uploaded bytes come back the same, with the key and by the link without one", async () => {
  const bytes = randomBytes(600_000)
  const { status, body } = await upload(bytes, "application/pdf")
  expect(status).toBe(201)
  expect(body).toMatchObject({ mimetype: "application/pdf", bytes: 600_000, fileName: null })
  expect((await api.call("GET", `/v1/media/${body.id}`)).body).toMatchObject({ id: body.id, sha256: body.sha256 })
  for (const response of [await api.request("GET", `/v1/media/${body.id}/content`), await fetch(body.url)]) {
    expect(response.headers.get("content-type")).toBe("application/pdf")
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
  }
})

test("a form's file keeps its name; the same call under one key stores it once", async () => {
  const headers = { "idempotency-key": newId("request") }
  const call = (bytes: Uint8Array) => {
    const raw = new FormData()
    raw.append("file", new Blob([new Uint8Array(bytes)], { type: "image/png" }), "Menü.png")
    return api.call("POST", "/v1/media", { raw, headers })
  }
  const [first, second] = [await call(png), await call(png)]
  expect(first).toMatchObject({ status: 201, body: { fileName: "Menü.png", mimetype: "image/png" } })
  expect(second.body).toEqual(first.body)
  expect(await call(randomBytes(10))).toMatchObject({ status: 422, body: { code: "idempotency_key_reused" } })
  expect(await api.store.db.collection("media.files").countDocuments({ "metadata.media": /^staged/ })).toBe(0)
})

test("ranges, conditions and HEAD are passed on", async () => {
  const { body } = await upload(png)
  const path = `/v1/media/${body.id}/content`
  const range = await api.request("GET", path, { headers: { range: "bytes=1-3" } })
  expect([range.status, await range.text()]).toEqual([206, "PNG"])
  expect(range.headers.get("content-range")).toBe(`bytes 1-3/${png.length}`)
  const etag = String(range.headers.get("etag"))
  expect((await api.request("GET", path, { headers: { "if-none-match": etag } })).status).toBe(304)
  expect((await api.request("GET", path, { headers: { range: "bytes=9999-" } })).status).toBe(416)
  const head = await api.request("HEAD", path)
  expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, String(png.length), ""])
})

test("a link that was changed, has expired, or is for other media opens nothing", async () => {
  const { body } = await upload(png)
  const url = new URL(body.url)
  const refused = [new URL(url), new URL(url), new URL(url)]
  refused[0]?.searchParams.set("expires", "99999999999")
  refused[1]?.searchParams.set("signature", "")
  if (refused[2]) refused[2].pathname = `/v1/media/${newId("media")}/content`
  const expired = signMediaLink(
    { publicUrl: api.url, media: body.id, expiresAt: new Date(Date.now() - 1) },
    createSecretBox(secretsKey),
  )
  for (const each of [...refused.map(String), expired]) expect((await fetch(each)).status).toBe(403)
  expect((await fetch(`${api.url}/v1/media/${body.id}/content`)).status).toBe(401)
})

test("media of another tenant, or of another account for a bound key, are not found", async () => {
  const { body } = await upload(png)
  const account = await api.makeAccount()
  for (const key of [await api.makeKey({ tenant: newId("tenant") }), await api.makeKey({ account: account._id })]) {
    expect((await api.call("GET", `/v1/media/${body.id}`, { key })).status).toBe(404)
    expect((await api.call("GET", `/v1/media/${body.id}/content`, { key })).status).toBe(404)
  }
})

test("an upload that is too large is refused, declared or not, and nothing stays", async () => {
  expect(await upload(randomBytes(1_000_001))).toMatchObject({ status: 413 })
  const chunks = new ReadableStream({
    start: (controller) => {
      for (let index = 0; index < 11; index += 1) controller.enqueue(new Uint8Array(100_000))
      controller.close()
    },
  })
  const answer = await api.call("POST", "/v1/media", { raw: chunks, headers: { "content-type": "image/png" } })
  expect(answer).toMatchObject({ status: 413, body: { code: "media_too_large", field: "body" } })
  expect(await api.store.db.collection("media.files").countDocuments({ "metadata.media": /^staged/ })).toBe(0)
})

test("without the media service, bytes are answered 503 and metadata still come", async () => {
  const own = await startTestApi({ MEDIA_INTERNAL_URL: "http://127.0.0.1:1" })
  const { body } = await own.call("POST", "/v1/media", {
    raw: new Uint8Array(png),
    headers: { "content-type": "image/png" },
  })
  expect(await own.call("GET", `/v1/media/${body.id}/content`)).toMatchObject({
    status: 503,
    body: { code: "dependency_unavailable" },
  })
  expect((await own.call("GET", `/v1/media/${body.id}`)).status).toBe(200)
  await own.stop()
})
