import { drawPicture } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

const Person = z.object({ pn: z.string().nullable(), lid: z.string().nullable() })
const Step = z.object({ status: z.string(), at: z.string(), recipient: Person.nullable() })
const Message = z.looseObject({
  id: z.string(),
  waId: z.string(),
  chat: z.looseObject({ jid: z.string() }),
  author: Person,
  content: z.looseObject({ type: z.string() }),
  media: z.looseObject({ id: z.string(), status: z.string(), url: z.string() }).nullable(),
  status: z.string().nullable(),
  timeline: z.array(Step),
})
const Page = z.object({ items: z.array(Message), nextCursor: z.string().nullable() })
const Receipts = z.object({
  items: z.array(z.object({ recipient: Person, deliveredAt: z.string().nullable(), readAt: z.string().nullable() })),
})

let stage: LinkedStage
let path: string
beforeAll(async () => {
  stage = await linkStage()
  path = `/v1/accounts/${stage.account}/messages`
})
afterAll(() => stage.stop())

const list = async (query: Record<string, string> = {}) =>
  (await stage.api.get(`${path}?${new URLSearchParams(query).toString()}`, Page)).items

/** What was said in a chat, as the other side and the account know it. */
async function talk(contact: { id: string; phone: string }) {
  const received: string[] = []
  for (const text of ["is the blue bicycle there?", "and the red one?"]) {
    received.push((await stage.simulator.sendText({ from: contact.id, to: stage.phone, text })).messageId)
  }
  const body = { to: contact.phone, content: { type: "text", text: "the red bicycle is here" } }
  const sent = await stage.api.post(path, body, Message)
  await waitUntil("all is logged", async () => (await list({ chat: contact.phone })).length === 3)
  return { received, sent: sent.waId }
}

test.each(["pn", "lid"] as const)(
  "the messages of a chat, addressed by %s, are listed by page, chat and time, and found by their words [A18 A19 P49]",
  async (addressing) => {
    const { id, phone, pn, lid } = await stage.simulator.createContact({ name: "Ann", addressing })
    const { received, sent } = await talk({ id, phone })
    const waIds = new Set([...received, sent])
    for (const chat of [phone, pn, lid]) {
      const messages = await list({ chat })
      expect(new Set(messages.map(({ waId }) => waId))).toEqual(waIds)
      for (const { chat: named } of messages) expect(named).toMatchObject({ kind: "direct", pn, lid })
      for (const { waId, author } of messages) if (waId !== sent) expect(author).toEqual({ pn, lid })
    }
    const first = await stage.api.get(`${path}?chat=${phone}&limit=2`, Page)
    const rest = await stage.api.get(`${path}?chat=${phone}&limit=2&cursor=${first.nextCursor}`, Page)
    expect(new Set([...first.items, ...rest.items].map(({ waId }) => waId))).toEqual(waIds)
    expect(rest.nextCursor).toBeNull()
    expect((await list({ chat: phone, q: "Bicycle red" })).map(({ waId }) => waId)).toEqual([sent])
    expect((await list({ chat: phone, q: "one" })).map(({ waId }) => waId)).toEqual([received[1]])
    const hour = 3_600_000
    expect(await list({ chat: phone, from: new Date(Date.now() + hour).toISOString() })).toEqual([])
    expect(await list({ chat: phone, from: new Date(Date.now() - hour).toISOString() })).toHaveLength(3)
  },
)

test("a message that was received is there by its id, and its file byte for byte, by message and by media [A17 A20 P50]", async () => {
  const { simulator, api, contact } = stage
  const picture = drawPicture(11)
  const image = { from: contact.id, to: stage.phone, mimetype: "image/png", bytesBase64: picture.toString("base64") }
  const { messageId } = await simulator.sendImage({ ...image, caption: "the bell" })
  const stored = await waitUntil("the file is stored", async () => {
    const found = (await list({ q: "bell" })).find(({ waId }) => waId === messageId)
    return found?.media?.status === "stored" && found
  })
  const message = await api.get(`${path}/${stored.id}`, Message)
  expect(message).toEqual(stored)
  expect(message).toMatchObject({ content: { type: "image", caption: "the bell" }, media: { mimetype: "image/png" } })
  const bytes = await fetch(message.media?.url ?? "")
  expect(Buffer.from(await bytes.arrayBuffer()).equals(picture)).toBe(true)
  const about = z.looseObject({ mimetype: z.string(), bytes: z.number() })
  expect(await api.get(`/v1/media/${message.media?.id}`, about)).toMatchObject({
    mimetype: "image/png",
    bytes: picture.length,
  })
})

test.each(["pn", "lid"] as const)(
  "a group message, addressed by %s, tells of each member when it was delivered and read [E9]",
  async (addressing) => {
    const { simulator, api } = stage
    const reads = await simulator.createContact({ name: "Rea", autoRead: true })
    const gets = await simulator.createContact({ name: "Gus" })
    const participants = [reads.id, gets.id, stage.phone]
    const group = await simulator.createGroup({ subject: "Readers", participants, addressing })
    const sent = await api.post(path, { to: group.id, content: { type: "text", text: "to everyone" } }, Message)
    const items = await waitUntil("both are heard of", async () => {
      const receipts = await api.get(`${path}/${sent.id}/receipts`, Receipts)
      const isDone = receipts.items.length === 2 && receipts.items.some(({ readAt }) => readAt !== null)
      return isDone && receipts.items
    })
    const byLid = new Map(items.map((item) => [item.recipient.lid, item]))
    expect(byLid.get(reads.lid)).toMatchObject({
      recipient: { pn: reads.pn, lid: reads.lid },
      deliveredAt: expect.any(String),
      readAt: expect.any(String),
    })
    expect(byLid.get(gets.lid)).toMatchObject({
      recipient: { pn: gets.pn, lid: gets.lid },
      deliveredAt: expect.any(String),
      readAt: null,
    })
    const { timeline } = await api.get(`${path}/${sent.id}`, Message)
    const told = timeline.filter(({ recipient }) => recipient !== null)
    expect(told.map(({ status, recipient }) => [status, recipient?.lid])).toEqual(
      expect.arrayContaining([
        ["delivered", reads.lid],
        ["read", reads.lid],
        ["delivered", gets.lid],
      ]),
    )
  },
)

test("the snapshot shows the account, its chats and what was said last, as WhatsApp has it [C5]", async () => {
  const { simulator, api, contact } = stage
  const text = "shown in the picture"
  const { messageId } = await simulator.sendText({ from: contact.id, to: stage.phone, text })
  await waitUntil("it is logged", async () => (await list({ q: "shown picture" })).length === 1)
  const [logged] = await list({ q: "shown picture" })
  const Snapshot = z.looseObject({
    account: z.looseObject({ status: z.string(), me: Person }),
    chats: z.array(z.looseObject({ name: z.string(), last: z.looseObject({ text: z.string() }).nullable() })),
    messages: z.array(z.looseObject({ id: z.string(), text: z.string(), fromMe: z.boolean() })),
    image: z.string(),
  })
  const snapshot = await api.get(`/v1/accounts/${stage.account}/snapshot?format=json`, Snapshot)
  expect(logged?.waId).toBe(messageId)
  expect(snapshot.account).toMatchObject({ status: "connected", me: { pn: `${stage.phone}@s.whatsapp.net` } })
  const last = expect.objectContaining({ text, fromMe: false })
  expect(snapshot.chats).toContainEqual(expect.objectContaining({ name: "Ada", kind: "direct", last }))
  expect(snapshot.messages).toContainEqual(expect.objectContaining({ id: logged?.id, text, fromMe: false }))
  const png = Buffer.from(snapshot.image.replace("data:image/png;base64,", ""), "base64")
  expect(png.subarray(1, 4).toString()).toBe("PNG")
})
