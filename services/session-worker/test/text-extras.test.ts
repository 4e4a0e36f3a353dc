import { randomBytes } from "node:crypto"
import type { OutboundContent } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { sendAndRead } from "./send-and-read.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

describe.each(["pn", "lid"] as const)("in a group that calls people by %s", (addressing) => {
  test("people are mentioned by any of their addresses, as the group calls them [A13 P24]", async () => {
    const [ada, ben] = [await world.whatsapp.createContact(), await world.whatsapp.createContact()]
    const group = await world.whatsapp.createGroup({
      subject: "Mentions",
      participants: [ada.id, ben.id, account.phoneId],
      addressing,
    })
    const text = `@${ada.phone} and @${ben.phone}: hello`
    const { got, event } = await sendAndRead(world, account, {
      to: group.id,
      content: { type: "text", text },
      reader: ada.id,
      extras: { mentions: [ada.pn, ben.lid] },
    })
    const named = addressing === "pn" ? [ada.pn, ben.pn] : [ada.lid, ben.lid]
    expect(got).toMatchObject({ text, copies: 1, details: { text, contextInfo: { mentionedJid: named } } })
    expect(event.data.mentions).toEqual([
      { pn: ada.pn, lid: ada.lid },
      { pn: ben.pn, lid: ben.lid },
    ])
  })

  test("everybody in a group is mentioned but oneself, in a caption too [P24]", async () => {
    const [ada, ben] = [await world.whatsapp.createContact(), await world.whatsapp.createContact()]
    const participants = [ada.id, ben.id, account.phoneId]
    const group = await world.whatsapp.createGroup({ subject: "All", participants, addressing })
    const { got, event } = await sendAndRead(world, account, {
      to: group.id,
      content: { type: "image", mediaId: await world.storeFile(randomBytes(500), "image/png"), caption: "everybody" },
      reader: ben.id,
      extras: { mentions: "all" },
    })
    const details = got.details?.["contextInfo"]
    const mentioned: unknown = typeof details === "object" && details !== null && Reflect.get(details, "mentionedJid")
    expect(new Set(Array.isArray(mentioned) ? mentioned : [])).toEqual(new Set([ada[addressing], ben[addressing]]))
    expect(got).toMatchObject({ kind: "image", caption: "everybody" })
    expect(event.data.mentions).toHaveLength(2)
  })
})

describe.each(["pn", "lid"] as const)("in a chat with a person by %s", (addressing) => {
  test("a reply quotes what it answers [A14 P24]", async () => {
    const contact = await world.whatsapp.createContact({ addressing })
    const question = { from: contact.id, to: account.pn, text: "is it open?" }
    const { messageId } = await world.whatsapp.sendText(question)
    await waitUntil("the question", () => world.store.collections.messages.findOne({ waId: messageId }))
    const content = { type: "text", text: "until six" } as const
    const { waId } = await world.queue(account.id, contact[addressing], content, { waId: messageId })
    const got = await world.received(contact.id, waId)
    expect(got).toMatchObject({ text: "until six", refersTo: messageId, copies: 1 })
    expect(got.details).toMatchObject({
      contextInfo: {
        stanzaId: messageId,
        participant: contact[addressing],
        quotedMessage: { conversation: "is it open?" },
      },
    })
  })

  test("a mention is named as the chat names people [P24]", async () => {
    const contact = await world.whatsapp.createContact({ addressing })
    const { got } = await sendAndRead(world, account, {
      to: contact[addressing],
      content: { type: "text", text: `@${contact.phone}` },
      reader: contact.id,
      extras: { mentions: [contact[addressing]] },
    })
    expect(got.details).toMatchObject({ contextInfo: { mentionedJid: [contact[addressing]] } })
  })
})

test("a contact's mentions are named by number and LID [P24]", async () => {
  const contact = await world.whatsapp.createContact()
  const text = { text: "@you", contextInfo: { mentionedJid: [contact.lid] } }
  const message = { extendedTextMessage: text }
  const { messageId } = await world.whatsapp.sendProto({ from: contact.id, to: account.pn, message })
  const event = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.waId === messageId),
  )
  expect(event.data.mentions).toEqual([{ pn: contact.pn, lid: contact.lid }])
})

const thumbnail = randomBytes(900).toString("base64")

test("a link preview arrives with its title, description and picture, and comes in as one [P25]", async () => {
  const contact = await world.whatsapp.createContact()
  const link = { url: "https://example.com/a", title: "Example", description: "An example", thumbnail }
  const content: OutboundContent = { type: "text", text: `see ${link.url}`, linkPreview: link }
  const { got, event } = await sendAndRead(world, account, { to: contact.pn, content, reader: contact.id })
  expect(got.details).toEqual({
    text: content.text,
    matchedText: link.url,
    title: link.title,
    description: link.description,
    previewType: "NONE",
    jpegThumbnail: thumbnail,
  })
  const shown = { url: link.url, title: link.title, description: link.description }
  expect(event.data.content).toEqual({ type: "text", text: content.text, linkPreview: shown })
  const { messageId } = await world.whatsapp.sendProto({
    from: contact.id,
    to: account.pn,
    message: { extendedTextMessage: got.details },
  })
  const back = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.waId === messageId),
  )
  expect(back.data.content).toEqual(event.data.content)
})

test.each<[content: OutboundContent & { mediaId: string }, kind: string, details: object]>([
  [
    { type: "image", mediaId: "", viewOnce: true, caption: "once", facts: { width: 30, height: 20, thumbnail } },
    "image",
    { viewOnce: true, caption: "once", width: 30, height: 20, jpegThumbnail: thumbnail },
  ],
  [{ type: "video", mediaId: "", viewOnce: true, facts: { seconds: 7 } }, "video", { viewOnce: true, seconds: 7 }],
  [
    {
      type: "audio",
      mediaId: "",
      voice: true,
      viewOnce: true,
      facts: { seconds: 3, waveform: thumbnail.slice(0, 88) },
    },
    "voice",
    { viewOnce: true, ptt: true, seconds: 3, waveform: thumbnail.slice(0, 88) },
  ],
])("%j arrives byte for byte, to be opened once [P27]", async (given, kind, details) => {
  const bytes = randomBytes(5_000)
  const contact = await world.whatsapp.createContact()
  const content = { ...given, mediaId: await world.storeFile(bytes) }
  const { got, event } = await sendAndRead(world, account, { to: contact.pn, content, reader: contact.id })
  expect(got).toMatchObject({ kind, viewOnce: true, details, bytesBase64: bytes.toString("base64"), copies: 1 })
  expect(event.data.content).toMatchObject({ viewOnce: true })
})

test.each(["viewOnceMessage", "viewOnceMessageV2", "viewOnceMessageV2Extension"])(
  "a contact's image in a %s says that it can be opened once [P27]",
  async (wrapper) => {
    const contact = await world.whatsapp.createContact()
    const hash = randomBytes(32).toString("base64")
    const imageMessage = { directPath: "/mms/image/x", mediaKey: hash, fileSha256: hash, mimetype: "image/png" }
    const message = { [wrapper]: { message: { imageMessage } } }
    const { messageId } = await world.whatsapp.sendProto({ from: contact.id, to: account.pn, message })
    const event = await waitUntil("the event", async () =>
      (await world.events("message.received")).find((each) => each.data.waId === messageId),
    )
    expect(event.data.content).toEqual({ type: "image", caption: null, viewOnce: true })
  },
)
