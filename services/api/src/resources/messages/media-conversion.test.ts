import { execFileSync } from "node:child_process"
import { readFileSync, readdirSync } from "node:fs"
import { tmpdir } from "node:os"
import sharp from "sharp"
import { newId } from "@wildcat/shared/contracts"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { buffer } from "node:stream/consumers"
import { png, startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

/** Two seconds of a tone, the first one a tenth as loud as the second. */
const tone = readFileSync(new URL("../../testing/tone.ogg", import.meta.url))

let api: TestApi
let account: AccountDoc
beforeAll(async () => {
  api = await startTestApi()
  account = await api.makeAccount()
})
afterAll(() => api.stop())

const send = (content: object, at = { api, account }) =>
  at.api.call("POST", `/v1/accounts/${at.account._id}/messages?wait=false`, {
    body: { to: "+49 151 1234-5678", content },
  })
const base64 = (bytes: Uint8Array) => ({ base64: Buffer.from(bytes).toString("base64") })
const drawn = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#3366ff" } })

type MediaContent = Extract<OutboxDoc["content"], { mediaId: string }>

/** What stands in the outbox after a send, and the bytes that it names. */
async function stored(content: object) {
  const { status, body } = await send(content)
  expect(status).toBe(202)
  const row = await api.store.collections.outbox.findOne({ _id: body.id })
  const kept = row?.content as MediaContent
  const media = await api.store.media.find(kept.mediaId)
  const bytes = await api.store.media.open(kept.mediaId)
  return { kept, media, bytes: bytes && (await buffer(bytes)) }
}

test("an image is sent with its size and a small JPEG of it", async () => {
  const bytes = await drawn(600, 300).jpeg().toBuffer()
  const { kept, bytes: same } = await stored({ type: "image", media: base64(bytes) })
  expect(same?.equals(bytes)).toBe(true)
  expect(kept.facts).toMatchObject({ width: 600, height: 300 })
  const thumbnail = await sharp(Buffer.from(kept.facts?.thumbnail ?? "", "base64")).metadata()
  expect(thumbnail).toMatchObject({ format: "jpeg", width: 100, height: 50 })
})

test("an image that cannot be decoded behind its header is sent without thumbnail", async () => {
  const { kept } = await stored({ type: "image", media: base64(png.subarray(0, 50)) })
  expect(kept.facts?.thumbnail).toBeUndefined()
})

test.each(["png", "jpeg"] as const)("a %s becomes a sticker of 512 by 512 with transparent margins", async (format) => {
  const bytes = await drawn(300, 100).toFormat(format).toBuffer()
  const { kept, media, bytes: webp } = await stored({ type: "sticker", media: base64(bytes) })
  expect(media?.mimetype).toBe("image/webp")
  expect(kept.facts).toEqual({ width: 512, height: 512 })
  const { data, info } = await sharp(webp ?? undefined)
    .raw()
    .toBuffer({ resolveWithObject: true })
  expect(info).toMatchObject({ width: 512, height: 512, channels: 4 })
  expect(data[3]).toBe(0)
})

test("an uploaded picture becomes a sticker as well, and stays what it is", async () => {
  const bytes = await drawn(10, 10).png().toBuffer()
  const headers = { "content-type": "image/png" }
  const upload = await api.call("POST", "/v1/media", { raw: new Uint8Array(bytes), headers })
  const { kept, media } = await stored({ type: "sticker", media: { id: upload.body.id } })
  expect(kept.mediaId).not.toBe(upload.body.id)
  expect(media?.mimetype).toBe("image/webp")
  expect(await api.store.media.find(upload.body.id)).toMatchObject({ mimetype: "image/png" })
})

test("a picture of too many pixels is refused before it is decoded", async () => {
  const bomb = await drawn(12_000, 5_000).png({ compressionLevel: 9 }).toBuffer()
  for (const type of ["image", "sticker"]) {
    const answer = await send({ type, media: base64(bomb) })
    expect(answer).toMatchObject({ status: 413, body: { code: "media_too_large" } })
    expect(answer.body.field).toMatch(/^content\.media/)
  }
})

test("a voice note in Ogg with Opus is sent as it is, with its length and how loud it is when", async () => {
  const { kept, bytes } = await stored({ type: "audio", voice: true, media: base64(tone) })
  expect(bytes?.equals(tone)).toBe(true)
  expect(kept.facts?.seconds).toBe(2)
  const bars = Buffer.from(kept.facts?.waveform ?? "", "base64")
  expect(bars).toHaveLength(64)
  const half = (from: number) => Math.max(...bars.subarray(from, from + 30))
  expect(half(34)).toBeGreaterThan(90)
  expect(half(0)).toBeLessThan(half(34) / 3)
})

const wav = wavOf(Float32Array.from({ length: 16_000 }, (_, index) => Math.sin(index / 6)))
const hasFfmpeg = (() => {
  try {
    return execFileSync("ffmpeg", ["-version"]).length > 0
  } catch {
    return false
  }
})()

test.runIf(hasFfmpeg)("other sound is converted to a voice note, and no temporary file stays", async () => {
  const { kept, media, bytes } = await stored({ type: "audio", voice: true, media: base64(wav) })
  expect(media?.mimetype).toBe("audio/ogg; codecs=opus")
  expect(bytes?.subarray(0, 4).toString()).toBe("OggS")
  expect(kept.facts?.seconds).toBe(1)
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith("wildcat-voice-"))).toEqual([])
})

test.runIf(hasFfmpeg)("sound that ffmpeg cannot read is refused naming the field", async () => {
  const broken = Buffer.concat([wav.subarray(0, 20), Buffer.alloc(100)])
  const answer = await send({ type: "audio", voice: true, media: base64(broken) })
  expect(answer).toMatchObject({ status: 415, body: { code: "unsupported_media_type", field: "content.media.base64" } })
})

describe("without ffmpeg", () => {
  test("Ogg with Opus is sent, other sound is refused and the answer says what is missing", async () => {
    const own = await startTestApi({ FFMPEG_PATH: "/nonexistent/ffmpeg" })
    const at = { api: own, account: await own.makeAccount() }
    expect((await send({ type: "audio", voice: true, media: base64(tone) }, at)).status).toBe(202)
    const answer = await send({ type: "audio", voice: true, media: base64(wav) }, at)
    expect(answer).toMatchObject({ status: 415, body: { field: "content.media.base64" } })
    expect(answer.body.detail).toContain("ffmpeg")
    expect(answer.body.detail).toContain("not installed")
    await own.stop()
  })
})

test("an audio file is sent with its length", async () => {
  const { kept } = await stored({ type: "audio", media: base64(tone) })
  expect(kept.facts).toEqual({ seconds: 2 })
})

test("the same call under one Idempotency-Key converts once", async () => {
  const bytes = await drawn(20, 20).png().toBuffer()
  const headers = { "idempotency-key": newId("request") }
  const body = { to: "+49 151 1234-5678", content: { type: "sticker", media: base64(bytes) } }
  const call = () => api.call("POST", `/v1/accounts/${account._id}/messages?wait=false`, { body, headers })
  const [first, second] = [await call(), await call()]
  expect(second.body).toEqual(first.body)
})

/** Mono, 16 bits, 16 kHz. */
function wavOf(samples: Float32Array): Buffer {
  const header = Buffer.alloc(44)
  header.write("RIFF", 0)
  header.writeUInt32LE(36 + samples.length * 2, 4)
  header.write("WAVEfmt ", 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(16_000, 24)
  header.writeUInt32LE(32_000, 28)
  header.writeUInt16LE(2, 32)
  header.writeUInt16LE(16, 34)
  header.write("data", 36)
  header.writeUInt32LE(samples.length * 2, 40)
  const body = Buffer.alloc(samples.length * 2)
  samples.forEach((sample, index) => body.writeInt16LE(Math.round(sample * 20_000), index * 2))
  return Buffer.concat([header, body])
}
