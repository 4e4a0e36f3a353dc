import { createHash, randomBytes } from "node:crypto"
import { request } from "node:http"
import type { IncomingMessage } from "node:http"
import { buffer } from "node:stream/consumers"
import { Readable } from "node:stream"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox, signMediaLink } from "@wildcat/shared/runtime"
import type { HealthServer } from "@wildcat/shared/runtime"
import { silentLog } from "@wildcat/shared/testing"
import { openPlace } from "../testing/place.ts"
import type { Place } from "../testing/place.ts"
import { startMediaServer } from "./media-server.ts"

const bytes = randomBytes(600_000)
const etag = `"${createHash("sha256").update(bytes).digest("hex")}"`
const media = newId("media")
let place: Place
let server: HealthServer

beforeAll(async () => {
  place = await openPlace()
  await put(media, "image/png", "kitten.png")
  server = await startMediaServer({
    host: "127.0.0.1",
    port: 0,
    media: place.store.media,
    box: place.box,
    log: silentLog,
    checks: { mongodb: place.store.check },
  })
})

afterAll(async () => {
  await server.close()
  await place.close()
})

async function put(id: string, mimetype: string, fileName: string | null): Promise<void> {
  const described = { id, tenant: newId("tenant"), account: null, mimetype, fileName }
  await place.store.media.put(Readable.from([bytes], { objectMode: false }), described, { bytesMax: 1_000_000 })
}

const inAnHour = () => new Date(Date.now() + 3_600_000)

function link(id: string, options: { expiresAt?: Date; box?: Place["box"] } = {}): string {
  const { expiresAt = inAnHour(), box = place.box } = options
  return signMediaLink({ publicUrl: `http://127.0.0.1:${server.port}`, media: id, expiresAt }, box)
}

/** fetch() hides what it does with ranges and HEAD; this shows the bare answer. */
async function get(url: string, headers: Record<string, string> = {}, method = "GET") {
  const outgoing = request(url, { method, headers }).end()
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    outgoing.once("response", resolve).once("error", reject),
  )
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) }
}

test("a signed link gives the bytes, named, typed, and never as a page", async () => {
  const { status, headers, body } = await get(link(media))
  expect(status).toBe(200)
  expect(body.equals(bytes)).toBe(true)
  expect(headers).toMatchObject({
    "content-type": "image/png",
    "content-length": "600000",
    "content-disposition": `inline; filename="kitten.png"; filename*=UTF-8''kitten.png`,
    "accept-ranges": "bytes",
    "x-content-type-options": "nosniff",
    "content-security-policy": "sandbox; default-src 'none'",
    etag,
  })
})

test("what could run in a browser is saved as bytes", async () => {
  for (const mimetype of ["text/html", "image/svg+xml", "application/javascript", "application/xhtml+xml", "x", ""]) {
    const id = newId("media")
    await put(id, mimetype, `a"b\r\n.html`)
    const { headers } = await get(link(id))
    expect(headers["content-type"]).toBe("application/octet-stream")
    expect(headers["content-disposition"]).toBe(`attachment; filename="a_b__.html"; filename*=UTF-8''a%22b%0D%0A.html`)
  }
})

test("documents keep their type but are saved; parameters stay only in a plain form", async () => {
  const cases = [
    ["application/pdf", "application/pdf", "attachment"],
    ["audio/ogg; codecs=opus", "audio/ogg; codecs=opus", "inline"],
    ['image/png; x="<script>"', "image/png", "inline"],
  ] as const
  for (const [mimetype, contentType, disposition] of cases) {
    const id = newId("media")
    await put(id, mimetype, null)
    const { headers } = await get(link(id))
    expect(headers["content-type"]).toBe(contentType)
    expect(headers["content-disposition"]).toContain(disposition)
  }
})

test.each<[string, () => string]>([
  ["no signature", () => link(media).replace(/&signature=.*/, "")],
  ["an empty signature", () => link(media).replace(/signature=.*/, "signature=")],
  ["a changed signature", () => link(media).replace(/signature=.{3}/, "signature=AAA")],
  ["a longer life", () => link(media).replace(/expires=\d+/, "expires=99999999999")],
  ["an expired link", () => link(media, { expiresAt: new Date(Date.now() - 1_000) })],
  ["the link of another media", () => link(newId("media")).replace(/med_\w+/, media)],
  ["a link signed under another key", () => link(media, { box: createSecretBox("00".repeat(32)) })],
  ["a repeated parameter", () => `${link(media)}&signature=x`],
  ["something that is no id", () => link("..%2Fmedia")],
])("%s is refused before anything is looked up", async (_case, url) => {
  const { status, headers, body } = await get(url())
  expect(status).toBe(403)
  expect(headers["content-type"]).toBe("application/problem+json")
  expect(JSON.parse(body.toString())).toMatchObject({ code: "forbidden", status: 403 })
})

test("a media that is not stored is 404, for whoever may know", async () => {
  const { status, body } = await get(link(newId("media")))
  expect({ status, code: JSON.parse(body.toString()).code }).toEqual({ status: 404, code: "not_found" })
})

test.each([
  ["bytes=0-0", 206, 0, 1],
  ["bytes=10-19", 206, 10, 20],
  ["bytes=255000-270000", 206, 255_000, 270_001],
  ["bytes=599999-", 206, 599_999, 600_000],
  ["bytes=-5", 206, 599_995, 600_000],
  ["bytes=-9999999", 206, 0, 600_000],
  ["bytes=0-9999999", 206, 0, 600_000],
  ["bytes=5-4", 200, 0, 600_000],
  ["bytes=0-1,5-6", 200, 0, 600_000],
  ["bytes=-", 200, 0, 600_000],
  ["lines=1-2", 200, 0, 600_000],
] as const)("Range %s is answered %i", async (range, status, start, end) => {
  const answer = await get(link(media), { range })
  expect(answer.status).toBe(status)
  expect(answer.body.equals(bytes.subarray(start, end))).toBe(true)
  expect(answer.headers["content-length"]).toBe(String(end - start))
  expect(answer.headers["content-range"]).toBe(status === 206 ? `bytes ${start}-${end - 1}/600000` : undefined)
})

test.each(["bytes=600000-", "bytes=9999999-99999999", "bytes=-0"])("Range %s lies outside: 416", async (range) => {
  const { status, headers } = await get(link(media), { range })
  expect({ status, range: headers["content-range"] }).toEqual({ status: 416, range: "bytes */600000" })
})

test("If-Range with another content gives the whole", async () => {
  const range = "bytes=0-9"
  expect((await get(link(media), { range, "if-range": etag })).status).toBe(206)
  expect((await get(link(media), { range, "if-range": '"other"' })).status).toBe(200)
})

test.each([
  [etag, 304],
  [`W/${etag}`, 304],
  [`"other", ${etag}`, 304],
  ["*", 304],
  ['"other"', 200],
])("If-None-Match %s is answered %i", async (header, status) => {
  const answer = await get(link(media), { "if-none-match": header })
  expect(answer.status).toBe(status)
  expect(answer.body.length).toBe(status === 304 ? 0 : bytes.length)
})

test("HEAD tells everything without bytes", async () => {
  const { status, headers, body } = await get(link(media), {}, "HEAD")
  expect({ status, length: headers["content-length"], body: body.length }).toEqual({
    status: 200,
    length: "600000",
    body: 0,
  })
})

test("other methods and paths are problems", async () => {
  expect((await get(link(media), {}, "DELETE")).status).toBe(405)
  const { status, body } = await get(`http://127.0.0.1:${server.port}/v2`)
  expect({ status, code: JSON.parse(body.toString()).code }).toEqual({ status: 404, code: "not_found" })
  expect((await get(`http://127.0.0.1:${server.port}/v1/media/%E0%A4%A/content`)).status).toBe(400)
})

test("a client that goes away in the middle disturbs nobody", async () => {
  const outgoing = request(link(media)).end()
  await new Promise((resolve) => outgoing.once("response", resolve))
  outgoing.destroy()
  expect((await get(link(media))).status).toBe(200)
})

test("health and readiness are answered beside", async () => {
  const base = `http://127.0.0.1:${server.port}`
  expect((await get(`${base}/healthz`)).status).toBe(200)
  expect(JSON.parse((await get(`${base}/readyz`)).body.toString())).toEqual({ status: "ready" })
})
