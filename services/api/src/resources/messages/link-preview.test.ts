import { createServer } from "node:http"
import type { IncomingMessage, ServerResponse } from "node:http"
import sharp from "sharp"
import type { AccountDoc } from "@wildcat/shared/store"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
let account: AccountDoc
let origin = ""
let answer: (request: IncomingMessage, response: ServerResponse) => void
let asked = 0
const server = createServer((request, response) => {
  asked += 1
  answer(request, response)
})

beforeAll(async () => {
  api = await startTestApi()
  account = await api.makeAccount()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  origin = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`
})
beforeEach(() => (asked = 0))
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await api.stop()
})

/** What stands in the outbox after a text was sent. */
async function sent(content: object) {
  const { status, body } = await api.call("POST", `/v1/accounts/${account._id}/messages?wait=false`, {
    body: { to: "+4915112345678", content: { type: "text", ...content } },
  })
  expect(status).toBe(202)
  return (await api.store.collections.outbox.findOne({ _id: body.id }))?.content
}

const page = `<!doctype html><html><head><title>Plain title</title>
  <meta property="og:title" content="Tea &amp; cakes"><meta name="description" content="Every day">
  <meta property="og:image" content="/cake.png"></head><body><h1>${"x".repeat(2_000_000)}</h1></body></html>`

test("a link's page is asked for title, description and picture; a small JPEG of that is kept", async () => {
  const picture = await sharp({ create: { width: 400, height: 200, channels: 3, background: "red" } })
    .png()
    .toBuffer()
  answer = ({ url }, response) => void response.end(url === "/cake.png" ? picture : page)
  const text = `Look (${origin}/tea).`
  const content = await sent({ text, linkPreview: true })
  expect(content).toMatchObject({
    text,
    linkPreview: { url: `${origin}/tea`, title: "Tea & cakes", description: "Every day" },
  })
  const thumbnail = content?.type === "text" ? (content.linkPreview?.thumbnail ?? "") : ""
  expect(await sharp(Buffer.from(thumbnail, "base64")).metadata()).toMatchObject({ format: "jpeg", width: 160 })
})

test.each<[what: string, answer: (response: ServerResponse) => void]>([
  ["answers 500", (response) => response.writeHead(500).end()],
  ["has no title", (response) => response.end("<p>hello")],
  ["is no page", (response) => response.end(Buffer.alloc(5_000, 0xff))],
  [
    "breaks off",
    (response) => response.writeHead(200, { "content-length": 9_000 }).write("<ti", () => response.destroy()),
  ],
  ["leads to a private address", (response) => response.writeHead(302, { location: "http://10.0.0.1/" }).end()],
])("a link whose page %s is sent without a preview", async (_what, say) => {
  answer = (_request, response) => say(response)
  expect(await sent({ text: `see ${origin}/x`, linkPreview: true })).toEqual({ type: "text", text: `see ${origin}/x` })
})

test("a page that never answers holds the send up for five seconds at most", async () => {
  answer = () => undefined
  expect(await sent({ text: `see ${origin}/slow`, linkPreview: true })).toEqual({
    type: "text",
    text: `see ${origin}/slow`,
  })
}, 15_000)

test("nothing is fetched unless asked for, nor for a text without a link", async () => {
  answer = (_request, response) => void response.end(page)
  await sent({ text: `see ${origin}/tea` })
  await sent({ text: `see ${origin}/tea`, linkPreview: false })
  expect(await sent({ text: "no link", linkPreview: true })).toEqual({ type: "text", text: "no link" })
  expect(asked).toBe(0)
})

test("a preview that is given is taken as it is, its picture made small", async () => {
  const picture = await sharp({ create: { width: 900, height: 900, channels: 3, background: "red" } })
    .webp()
    .toBuffer()
  const linkPreview = { url: "https://example.com", title: "Mine", thumbnail: { base64: picture.toString("base64") } }
  const content = await sent({ text: "see https://example.com", linkPreview })
  expect(content).toMatchObject({ linkPreview: { url: "https://example.com", title: "Mine" } })
  const thumbnail = content?.type === "text" ? (content.linkPreview?.thumbnail ?? "") : ""
  expect(await sharp(Buffer.from(thumbnail, "base64")).metadata()).toMatchObject({ format: "jpeg", width: 160 })
  expect(asked).toBe(0)
})
