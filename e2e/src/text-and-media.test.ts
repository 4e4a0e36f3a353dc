import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { afterAll, beforeAll, expect, test } from "vitest"
import { drawPicture } from "@wildcat/demo"
import { root } from "@wildcat/testkit"
import { z } from "zod"
import { linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

let stage: LinkedStage
let host: Awaited<ReturnType<typeof startHost>>
beforeAll(async () => {
  ;[stage, host] = await Promise.all([linkStage(), startHost()])
})
afterAll(async () => {
  host.stop()
  await stage.stop()
})

const Sent = z.object({ id: z.string(), waId: z.string(), status: z.string(), content: z.looseObject({}) })
const picture = drawPicture(1)
/** Two seconds of sound in Ogg with Opus. */
const tone = readFileSync(`${root}/services/api/src/testing/tone.ogg`)

/** Sends it through the API, and gives what the contact decrypted. */
async function send(content: object, extras: object = {}) {
  const { api, simulator, contact } = stage
  const body = { to: contact.phone, content, ...extras }
  const sent = await api.post(`/v1/accounts/${stage.account}/messages`, body, Sent)
  const match = { messageId: sent.waId }
  const got = await simulator.waitForMessage({ contactId: contact.id, match })
  expect(got.copies).toBe(1)
  return { got, sent }
}

const base64 = (bytes: Uint8Array) => ({ base64: Buffer.from(bytes).toString("base64") })

test("an image arrives byte for byte, with its size and a thumbnail [A15 P15]", async () => {
  const { got } = await send({ type: "image", caption: "see", media: base64(picture) })
  expect(got).toMatchObject({ kind: "image", caption: "see", mimetype: "image/png", ...bytes(picture) })
  expect(got.details?.["width"]).toBeGreaterThan(1)
  const jpeg = Buffer.from(String(got.details?.["jpegThumbnail"]), "base64")
  expect(jpeg.subarray(0, 3).toString("hex")).toBe("ffd8ff")
})

test("an image is converted and arrives as a sticker in WebP [P18]", async () => {
  const { got } = await send({ type: "sticker", media: base64(picture) })
  expect(got).toMatchObject({ kind: "sticker", mimetype: "image/webp", details: { width: 512, height: 512 } })
  expect(
    Buffer.from(got.bytesBase64 ?? "", "base64")
      .subarray(8, 12)
      .toString(),
  ).toBe("WEBP")
})

test("a voice note arrives with its length and waveform [A15 P16]", async () => {
  const { got } = await send({ type: "audio", voice: true, media: base64(tone) })
  expect(got).toMatchObject({ kind: "voice", mimetype: "audio/ogg; codecs=opus", details: { ptt: true, seconds: 2 } })
  expect(got).toMatchObject(bytes(tone))
  expect(Buffer.from(String(got.details?.["waveform"]), "base64")).toHaveLength(64)
})

test.runIf(hasFfmpeg())("other sound is converted and arrives as a voice note in Ogg with Opus [A27 P16]", async () => {
  const args = ["-v", "error", "-i", "pipe:0", "-c:a", "libmp3lame", "-f", "mp3", "pipe:1"]
  const mp3 = execFileSync("ffmpeg", args, { input: tone })
  const { got } = await send({ type: "audio", voice: true, media: base64(mp3) })
  expect(got).toMatchObject({ kind: "voice", mimetype: "audio/ogg; codecs=opus", details: { ptt: true } })
  expect(
    Buffer.from(got.bytesBase64 ?? "", "base64")
      .subarray(0, 4)
      .toString(),
  ).toBe("OggS")
})

test("a link preview of the caller's own arrives with its link [P25]", async () => {
  const linkPreview = { url: "https://example.com", title: "Example", description: "For examples" }
  const { got, sent } = await send({
    type: "text",
    text: "see https://example.com",
    linkPreview: { ...linkPreview, thumbnail: base64(picture) },
  })
  expect(got.details).toMatchObject({ matchedText: linkPreview.url, title: "Example", description: "For examples" })
  expect(Buffer.from(String(got.details?.["jpegThumbnail"]), "base64").length).toBeGreaterThan(100)
  expect(sent.content).toEqual({ type: "text", text: "see https://example.com", linkPreview })
})

test("the preview of a link, fetched from its page, arrives with it [P25]", async () => {
  const text = `see ${host.url}/page`
  const { got } = await send({ type: "text", text, linkPreview: true })
  expect(got).toMatchObject({ text, details: { matchedText: `${host.url}/page`, title: "Tea & cakes" } })
  expect(Buffer.from(String(got.details?.["jpegThumbnail"]), "base64").subarray(0, 2).toString("hex")).toBe("ffd8")
})

test("an image by URL arrives byte for byte [P15]", async () => {
  const { got } = await send({ type: "image", media: { url: `${host.url}/picture.png` } })
  expect(got).toMatchObject({ kind: "image", mimetype: "image/png", ...bytes(picture) })
})

test("a document by upload in a multipart form arrives byte for byte, under its name [A15 P15]", async () => {
  const { simulator, contact, account } = stage
  const form = new FormData()
  form.append("message", JSON.stringify({ to: contact.phone, content: { type: "document", caption: "the sound" } }))
  form.append("file", new Blob([new Uint8Array(tone)], { type: "audio/ogg" }), "sound.ogg")
  const response = await stage.fetch(`/v1/accounts/${account}/messages`, { method: "POST", body: form })
  const { waId: messageId } = Sent.parse(await response.json())
  const got = await simulator.waitForMessage({ contactId: contact.id, match: { messageId } })
  const details = { fileName: "sound.ogg", caption: "the sound" }
  expect(got).toMatchObject({ kind: "document", mimetype: "audio/ogg", details, ...bytes(tone), copies: 1 })
})

test("an image that can be opened once arrives as one [P27]", async () => {
  const { got } = await send({ type: "image", viewOnce: true, media: base64(picture) })
  expect(got).toMatchObject({ kind: "image", viewOnce: true, ...bytes(picture) })
})

test("a text as status post goes to the people named, and is deleted for them [P26]", async () => {
  const { contact } = stage
  const content = { type: "text", text: "open", background: "#00AA88", font: "script" }
  const { got, sent } = await send(content, { to: "status@broadcast", audience: [contact.phone] })
  expect(got).toMatchObject({
    chat: "status@broadcast",
    text: "open",
    details: { backgroundArgb: 0xff00aa88, font: "FB_SCRIPT" },
  })
  const removal = await send({ type: "delete", message: sent.id }, { to: undefined })
  expect(removal.got).toMatchObject({ kind: "revoke", refersTo: sent.waId, chat: "status@broadcast" })
})

/** A page with a picture, as somebody else's web site. */
async function startHost() {
  const page = '<head><title>Tea &amp; cakes</title><meta property="og:image" content="/picture.png"></head>'
  const server = createServer(({ url }, response) => void response.end(url === "/picture.png" ? picture : page))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  return { url: `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`, stop: () => server.close() }
}

function bytes(expected: Uint8Array) {
  return { bytesBase64: Buffer.from(expected).toString("base64") }
}

function hasFfmpeg(): boolean {
  try {
    return execFileSync("ffmpeg", ["-version"]).length > 0
  } catch {
    return false
  }
}
