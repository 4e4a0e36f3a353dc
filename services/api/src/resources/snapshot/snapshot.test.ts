import { Readable } from "node:stream"
import sharp from "sharp"
import { newId, reasonOf } from "@wildcat/shared/contracts"
import type { AccountDoc, MessageDoc } from "@wildcat/shared/store"
import { contactMessage } from "@wildcat/shared/testing"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

async function say({ tenant, _id: account }: AccountDoc, fields: Partial<MessageDoc>): Promise<string> {
  const message = contactMessage({ tenant, account }, fields)
  await api.store.collections.messages.insertOne(message)
  return message._id
}

const json = (account: AccountDoc) => api.call("GET", `/v1/accounts/${account._id}/snapshot?format=json`)

test("an account is drawn as PNG, with whatever its messages say", async () => {
  const account = await api.makeAccount({ name: "Shop <b>&amp;</b> 🎉" })
  const odd = ["👩‍👩‍👧 🇩🇪 <svg onload=x>", "你好 عربى \u202Eevil", "\u0000\ud800", "x".repeat(65_000), "]]> <!--"]
  for (const text of odd) await say(account, { content: { type: "text", text } })
  const response = await api.request("GET", `/v1/accounts/${account._id}/snapshot`)
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"])
  const metadata = await sharp(Buffer.from(await response.arrayBuffer())).metadata()
  expect(metadata).toMatchObject({ format: "png", width: 1_000, height: 760 })
})

test("as JSON it has the state, the latest messages with thumbnails, and the picture [C5]", async () => {
  const account = await api.makeAccount()
  const picture = await sharp({ create: { width: 90, height: 60, channels: 3, background: "blue" } })
    .png()
    .toBuffer()
  const id = newId("media")
  const described = { id, tenant: api.tenant, account: account._id, mimetype: "image/png", fileName: null }
  await api.store.media.put(Readable.from([picture]), described, { bytesMax: 1_000_000 })
  await say(account, { content: { type: "text", text: "before\nit" }, timestamp: new Date("2026-11-24T10:00:00Z") })
  const link = { url: "https://x", urlExpiresAt: "2026-11-24T10:00:00.000Z" }
  await say(account, {
    content: { type: "image", caption: "look" },
    media: { ...described, ...link, kind: "image", bytes: null, sha256: null, status: "stored", error: null },
  })
  const { status, body } = await json(account)
  expect(status).toBe(200)
  expect(body.account).toEqual({
    id: account._id,
    name: account.name,
    status: "connected",
    reason: null,
    me: account.me,
  })
  expect(body.messages.map(({ text, author }: { text: string; author: string }) => [author, text])).toEqual([
    ["Ada", "[image] look"],
    ["Ada", "before it"],
  ])
  expect(body.messages[0].thumbnail).toMatch(/^data:image\/jpeg;base64,/)
  const png = Buffer.from(body.image.replace("data:image/png;base64,", ""), "base64")
  expect(await sharp(png).metadata()).toMatchObject({ format: "png", width: 1_000 })
})

test("an account that is not connected, or was never linked, is drawn too and says so", async () => {
  const reason = reasonOf("connection_lost")
  const account = await api.makeAccount({ status: "disconnected", reason, me: null })
  const { body } = await json(account)
  expect(body.account).toMatchObject({ status: "disconnected", reason, me: null })
  expect(body.chats).toEqual([])
  expect(body.image.length).toBeGreaterThan(5_000)
})

test("another tenant's account, or another one than the key's, is not found", async () => {
  const account = await api.makeAccount()
  const others = await api.makeAccount()
  for (const key of [await api.makeKey({ tenant: newId("tenant") }), await api.makeKey({ account: others._id })]) {
    expect((await api.call("GET", `/v1/accounts/${account._id}/snapshot`, { key })).status).toBe(404)
  }
})
