import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { shownContent } from "@wildcat/shared/contracts"
import type { OutboundContent } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

const feed = "status@broadcast"

test("without anybody the account knows, a status post fails and says so", async () => {
  const { id } = await world.queue(account.id, feed, { type: "text", text: "is anybody there?" })
  expect(await world.send(account.id, id)).toBe("failed")
  const row = await world.store.collections.outbox.findOne({ _id: id })
  expect(row?.error?.code).toBe("no_audience")
})

const bytes = randomBytes(3_000)
const posts: [content: OutboundContent, expected: object][] = [
  [
    { type: "text", text: "Open until six", background: "#1F7AEC", font: "bold" },
    {
      kind: "text",
      text: "Open until six",
      details: { text: "Open until six", backgroundArgb: 0xff1f7aec, textArgb: 0xffffffff, font: "SYSTEM_BOLD" },
    },
  ],
  [
    { type: "image", mediaId: "", caption: "New" },
    { kind: "image", caption: "New" },
  ],
  [
    { type: "video", mediaId: "", caption: "Look" },
    { kind: "video", caption: "Look" },
  ],
  [{ type: "audio", mediaId: "", voice: true }, { kind: "voice" }],
]

test.each(posts)(
  "a status post (text, image, video, voice note) sent as %j reaches its audience and nobody else [P26]",
  async (given, expected) => {
    const [ada, ben, eve] = [
      await world.whatsapp.createContact({ addressing: "pn" }),
      await world.whatsapp.createContact({ addressing: "lid" }),
      await world.whatsapp.createContact(),
    ]
    const content = "mediaId" in given ? { ...given, mediaId: await world.storeFile(bytes) } : given
    const { id, waId } = await world.queue(account.id, feed, content, undefined, { audience: [ada.pn, ben.lid] })
    expect(await world.send(account.id, id)).toBe("server_ack")
    for (const reader of [ada, ben]) {
      const got = await world.received(reader.id, waId)
      expect(got).toMatchObject({ ...expected, chat: feed, from: account.pn, copies: 1 })
      if ("mediaId" in content) expect(got.bytesBase64).toBe(bytes.toString("base64"))
    }
    const event = await waitUntil("the event", async () =>
      (await world.events("message.sent")).find((each) => each.data.id === id),
    )
    expect(event.data).toMatchObject({ chat: { jid: feed, kind: "status" }, content: shownContent(content) })
    expect(await world.whatsapp.receivedMessages({ contactId: eve.id })).toEqual([])
  },
)

test("a status post is deleted for those who could see it [P26]", async () => {
  const [ada, ben] = [await world.whatsapp.createContact(), await world.whatsapp.createContact({ addressing: "pn" })]
  const audience = [ada.lid, ben.pn]
  const post = await world.queue(account.id, feed, { type: "text", text: "too early" }, undefined, { audience })
  expect(await world.send(account.id, post.id)).toBe("server_ack")
  await waitUntil("it is in the log", () => world.store.collections.messages.findOne({ _id: post.id }))
  const removal = await world.queue(account.id, feed, { type: "delete", message: post.id })
  expect(await world.send(account.id, removal.id)).toBe("server_ack")
  for (const { id: contactId } of [ada, ben]) {
    const got = await world.received(contactId, removal.waId)
    expect(got).toMatchObject({ kind: "revoke", refersTo: post.waId, chat: feed, from: account.pn })
  }
  await waitUntil("the log says so", async () => {
    const row = await world.store.collections.messages.findOne({ _id: post.id })
    return row?.content.type === "revoked"
  })
})

test("a status post without audience reaches everybody the account has a chat with [P26]", async () => {
  const ada = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: ada.id, to: account.pn, text: "hi" })
  await waitUntil("the chat", () => world.store.collections.messages.findOne({ "chat.lid": ada.lid }))
  const { id, waId } = await world.queue(account.id, feed, { type: "text", text: "to all" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(ada.id, waId)
  expect(got).toMatchObject({ text: "to all", chat: feed })
})

test("a contact's status post is stored and becomes an event of the status feed [P26]", async () => {
  const ada = await world.whatsapp.createContact()
  const { messageId } = await world.whatsapp.postStatus({ from: ada.id, audience: [account.pn], text: "my day" })
  const event = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.waId === messageId),
  )
  expect(event.data).toMatchObject({
    chat: { jid: feed, kind: "status" },
    author: { pn: ada.pn, lid: ada.lid },
    content: { type: "text", text: "my day" },
  })
  const row = await world.store.collections.messages.findOne({ _id: event.data.id })
  expect(row?.chat.jid).toBe(feed)
})
