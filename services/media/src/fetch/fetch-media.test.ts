import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { startReceiver } from "@wildcat/testkit"
import type { Receiver } from "@wildcat/testkit"
import { encryptMedia, imageMessage, sha256 } from "../testing/encrypted-media.ts"
import type { EncryptedMedia } from "../testing/encrypted-media.ts"
import { openPlace } from "../testing/place.ts"
import type { Place } from "../testing/place.ts"
import { encryptedBytesMax, fetchMedia } from "./fetch-media.ts"
import type { FetchParts } from "./fetch-media.ts"
import { createMediaOpener } from "./open-media.ts"

const bytesMax = 1_000_000
let place: Place
let host: Receiver
let parts: FetchParts
let media: EncryptedMedia

beforeAll(async () => {
  place = await openPlace()
  host = await startReceiver({ path: "/v/file.enc" })
  parts = {
    store: place.store,
    box: place.box,
    opener: createMediaOpener({ silenceMs: 2_000, fetchMs: 20_000, bytesMax: encryptedBytesMax(bytesMax) }),
    policy: { hosts: ["127.0.0.1"], allowHttp: true },
    bytesMax,
  }
})

afterAll(async () => {
  await parts.opener.close()
  await host.stop()
  await place.close()
})

beforeEach(() => {
  media = encryptMedia(randomBytes(300_001))
  host.behave((_request, response) => void response.end(media.body))
})

async function fetchWith(fields: Parameters<typeof imageMessage>[0] = {}) {
  const message = await place.message(imageMessage({ url: host.url, ...media.fields, ...fields }))
  return { message, fetched: fetchMedia(parts, message) }
}

test("a media is stored byte for byte, under the task's id, with its digest", async () => {
  const { message, fetched } = await fetchWith()
  expect(await fetched).toMatchObject({
    id: message.media.id,
    tenant: message.tenant,
    account: message.account,
    bytes: media.plain.length,
    sha256: sha256(media.plain).toString("hex"),
  })
  const stored = await place.store.media.open(message.media.id)
  expect(Buffer.concat((await stored?.toArray()) ?? []).equals(media.plain)).toBe(true)
})

test("a host that is allowed only by its suffix is not connected to at a private address", async () => {
  const before = host.requests.length
  const url = new URL(`http://localhost:${host.port}/`)
  await expect(parts.opener.open({ url, trusted: false })).rejects.toMatchObject({
    code: "unavailable",
    cause: { code: "EADDRNOTALLOWED" },
  })
  expect(host.requests.length).toBe(before)
})

test.each([0, 1, 15, 16, 17, 65_536, 999_999])("a file of %i bytes comes out as it went in", async (length) => {
  media = encryptMedia(randomBytes(length))
  expect((await (await fetchWith({ fileLength: length || null })).fetched).sha256).toBe(
    sha256(media.plain).toString("hex"),
  )
})

test("a directPath is preferred, on the host of the url", async () => {
  await (
    await fetchWith({ url: `${new URL(host.url).origin}/old`, directPath: "/v/new.enc?a=b" })
  ).fetched
  expect(host.requests.at(-1)?.path).toBe("/v/new.enc?a=b")
})

const flipped = (body: Buffer, at: number) => {
  const copy = Buffer.from(body)
  copy.writeUInt8(copy.readUInt8(at) ^ 1, at)
  return copy
}

test.each<[string, string, () => Parameters<typeof imageMessage>[0] | void]>([
  ["a byte of the ciphertext is flipped", "ciphertext_hash_mismatch", () => serve(flipped(media.body, 1_000))],
  ["the MAC is flipped", "ciphertext_hash_mismatch", () => serve(flipped(media.body, media.body.length - 1))],
  ["it is cut short", "ciphertext_hash_mismatch", () => serve(media.body.subarray(0, 16_016))],
  ["nothing but a few bytes is there", "ciphertext_hash_mismatch", () => serve(media.body.subarray(0, 5))],
  [
    "it is flipped and the message's digest with it",
    "mac_mismatch",
    () => {
      const body = flipped(media.body, 1_000)
      serve(body)
      return { fileEncSha256: sha256(body) }
    },
  ],
  [
    "it is flipped and the message has no digest of it",
    "mac_mismatch",
    () => {
      serve(flipped(media.body, 1_000))
      return { fileEncSha256: null }
    },
  ],
  [
    "it was encrypted for another kind",
    "mac_mismatch",
    () => {
      const { plain } = media
      media = encryptMedia(plain, "Video")
      return media.fields
    },
  ],
  ["the file is another one than named", "hash_mismatch", () => ({ fileSha256: randomBytes(32) })],
  ["the length is another one than named", "length_mismatch", () => ({ fileLength: media.plain.length - 1 })],
  ["the message names no key", "no_reference", () => ({ mediaKey: Buffer.alloc(0) })],
  ["the message names no digest", "no_reference", () => ({ fileSha256: Buffer.alloc(0) })],
  ["the named length is over the limit", "too_large", () => ({ fileLength: bytesMax + 1 })],
  [
    "the file is over the limit",
    "too_large",
    () => {
      media = encryptMedia(randomBytes(bytesMax + 1))
      return { ...media.fields, fileLength: null }
    },
  ],
  ["the host answers 404", "gone", () => status(404)],
  ["the host answers 410", "gone", () => status(410)],
  ["the host answers 500", "unavailable", () => status(500)],
  [
    "the host redirects",
    "unavailable",
    () => host.behave((_request, response) => void response.writeHead(302, { location: "/elsewhere" }).end()),
  ],
  [
    "the host closes without an answer",
    "unavailable",
    () => host.behave((_request, response) => void response.destroy()),
  ],
  ["the host says nothing", "unavailable", () => host.behave(() => undefined)],
  [
    "the host stops in the middle",
    "unavailable",
    () => host.behave((_request, response) => void response.writeHead(200).write(media.body.subarray(0, 1_000))),
  ],
  [
    "the host closes in the middle",
    "unavailable",
    () =>
      host.behave((_request, response) => {
        response.writeHead(200, { "content-length": media.body.length })
        response.write(media.body.subarray(0, 1_000), () => response.destroy())
      }),
  ],
  ["the host is not one of those configured", "host_not_allowed", () => ({ url: "https://example.org/x" })],
  ["the host is ours, and only directPath says so", "host_not_allowed", () => ({ url: null, directPath: "/x" })],
])("when %s, it is refused as %s and nothing is stored", async (_case, code, arrange) => {
  const { message, fetched } = await fetchWith(arrange() ?? {})
  await expect(fetched).rejects.toMatchObject({ name: "MediaFailure", code })
  expect(await place.store.media.find(message.media.id)).toBeNull()
  const chunks = await place.store.db.collection("media.chunks").distinct("files_id")
  const files = await place.store.db.collection("media.files").distinct("_id")
  expect(files.map(String)).toEqual(expect.arrayContaining(chunks.map(String)))
})

function serve(body: Buffer): void {
  host.behave((_request, response) => void response.end(body))
}

function status(code: number): void {
  host.behave((_request, response) => void response.writeHead(code).end("x".repeat(100_000)))
}
