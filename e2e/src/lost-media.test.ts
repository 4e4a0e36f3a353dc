import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { z } from "zod"
import { linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

let stage: LinkedStage
beforeAll(async () => {
  stage = await linkStage()
})
beforeEach(() => stage.simulator.clearFaults({}))
afterAll(() => stage.stop())

const Media = z.object({ id: z.string(), status: z.string(), url: z.string() })
const Messages = z.object({ items: z.array(z.object({ waId: z.string(), media: Media.nullable() })) })
const Refetch = z.object({ id: z.string(), status: z.string() })

/** A contact's image, and what became of it. */
async function receive(bytes: Buffer, status: string) {
  const { simulator, api, contact, phone, account } = stage
  const bytesBase64 = bytes.toString("base64")
  const { messageId } = await simulator.sendMedia({ from: contact.id, to: phone, kind: "image", bytesBase64 })
  return waitUntil(`the image is ${status}`, async () => {
    const { items } = await api.get(`/v1/accounts/${account}/messages?direction=in`, Messages)
    const { media } = items.find(({ waId }) => waId === messageId) ?? {}
    return media?.status === status && media
  })
}

const bytesOf = async (url: string) => Buffer.from(await (await fetch(url)).arrayBuffer())

test.each([404, 410])(
  "media that WhatsApp answers %i for is uploaded again by the phone, and stored [P50]",
  async (status) => {
    await stage.simulator.setFault({ kind: "media-status", status, count: 1 })
    const bytes = randomBytes(40_000)
    const media = await receive(bytes, "stored")
    expect((await bytesOf(media.url)).equals(bytes)).toBe(true)
  },
)

test("media that failed is fetched again on request, and is stored then [P50]", async () => {
  await stage.simulator.setFault({ kind: "media-status", status: 404 })
  const bytes = randomBytes(40_000)
  const media = await receive(bytes, "failed")
  const { api, simulator } = stage
  await simulator.clearFaults({})
  expect(await api.post(`/v1/media/${media.id}/refetch`, {}, Refetch)).toEqual({ id: media.id, status: "pending" })
  await waitUntil("it is stored", async () => (await fetch(media.url)).ok)
  expect((await bytesOf(media.url)).equals(bytes)).toBe(true)
  expect(await api.post(`/v1/media/${media.id}/refetch`, {}, Refetch)).toEqual({ id: media.id, status: "stored" })
})
