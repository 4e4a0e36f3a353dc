import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { vcardOf } from "@wildcat/shared/contracts"
import type { MessageContent, OutboundContent } from "@wildcat/shared/contracts"
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

/** Sends it to a new contact, and gives what that decrypted and what the event says. */
async function send(content: OutboundContent) {
  const contact = await world.whatsapp.createContact()
  return sendAndRead(world, account, { to: contact.pn, content, reader: contact.id })
}

const card = { name: "Ada Lovelace", phone: "+491512345678", organization: "Engines" }

test("a location arrives with its place and name [E5 P19]", async () => {
  const { got } = await send({ type: "location", latitude: 52.5, longitude: 13.25, name: "Berlin", address: "Mitte 1" })
  expect(got.details).toMatchObject({
    degreesLatitude: 52.5,
    degreesLongitude: 13.25,
    name: "Berlin",
    address: "Mitte 1",
  })
})

test("one contact card arrives as a card, several as a list [P19]", async () => {
  const contact = { displayName: card.name, vcard: vcardOf(card) }
  const one = await send({ type: "contacts", contacts: [card] })
  expect(one.got).toMatchObject({ kind: "contactMessage", details: contact })
  const two = await send({ type: "contacts", contacts: [card, card] })
  expect(two.got).toMatchObject({ kind: "contactsArrayMessage", details: { contacts: [contact, contact] } })
})

test.each([
  [1, "pollCreationMessageV3"],
  [0, "pollCreationMessage"],
])("a poll that lets choose %i arrives as %s with its answers [P20]", async (selectable, kind) => {
  const { got } = await send({ type: "poll", question: "Lunch?", options: ["Soup", "Salad"], selectable })
  expect(got.kind).toBe(kind)
  expect(got.details).toMatchObject({ name: "Lunch?", options: [{ optionName: "Soup" }, { optionName: "Salad" }] })
  expect(got.details?.["selectableOptionsCount"] ?? 0).toBe(selectable)
})

test("an invitation arrives with its time and place, and one of a contact is read so [P28]", async () => {
  const event = {
    type: "event",
    name: "Release",
    description: "At last",
    startsAt: "2026-12-01T18:00:00.000Z",
    endsAt: "2026-12-01T20:00:00.000Z",
    place: "Berlin",
    joinLink: "https://call.whatsapp.com/video/abc",
  } as const
  const { got } = await send(event)
  expect(got.kind).toBe("eventMessage")
  expect(got.details).toEqual({
    name: "Release",
    description: "At last",
    startTime: "1796148000",
    endTime: "1796155200",
    location: { name: "Berlin" },
    joinLink: event.joinLink,
  })
  const contact = await world.whatsapp.createContact()
  const sent = await world.whatsapp.sendProto({
    from: contact.id,
    to: account.pn,
    message: { eventMessage: got.details },
  })
  const told = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.waId === sent.messageId),
  )
  expect(told.data.content).toEqual(event)
})

type Media = Extract<OutboundContent, { mediaId: string }>
type WithoutFile<C> = C extends Media ? Omit<C, "mediaId"> : never

test.each<[content: WithoutFile<Media>, mimetype: string, expected: object]>([
  [{ type: "video", caption: "look" }, "video/mp4", { kind: "video", details: { caption: "look" } }],
  [{ type: "video", gif: true }, "video/mp4", { kind: "gif", details: { gifPlayback: true } }],
  [{ type: "video", note: true }, "video/mp4", { kind: "note" }],
  [{ type: "audio" }, "audio/mpeg", { kind: "audio" }],
  [{ type: "audio", voice: true }, "audio/ogg; codecs=opus", { kind: "voice", details: { ptt: true } }],
  [
    { type: "document", fileName: "menu.pdf", caption: "new" },
    "application/pdf",
    { kind: "document", details: { fileName: "menu.pdf", caption: "new" } },
  ],
  [{ type: "sticker" }, "image/webp", { kind: "sticker" }],
])(
  "a file (video, GIF, video note, audio, voice note, document, sticker) sent as %j arrives byte for byte as %s [A15 P15 P16 P17 P18]",
  async (content, mimetype, expected) => {
    const bytes = randomBytes(50_000)
    const mediaId = await world.storeFile(bytes, mimetype)
    const { got, event } = await send({ ...content, mediaId })
    expect(got).toMatchObject({ ...expected, mimetype, copies: 1 })
    expect(got.bytesBase64).toBe(bytes.toString("base64"))
    expect(event.data.media).toMatchObject({ id: mediaId, kind: content.type, bytes: bytes.length })
  },
)

const file = { mediaKey: randomBytes(32).toString("base64"), fileSha256: randomBytes(32).toString("base64") }

test.each<[message: Record<string, unknown>, content: MessageContent, media: object | null]>([
  [
    { locationMessage: { degreesLatitude: 1.5, degreesLongitude: -2.5, name: "Here" } },
    { type: "location", latitude: 1.5, longitude: -2.5, name: "Here", address: null, live: false },
    null,
  ],
  [
    { liveLocationMessage: { degreesLatitude: 1.5, degreesLongitude: -2.5 } },
    { type: "location", latitude: 1.5, longitude: -2.5, name: null, address: null, live: true },
    null,
  ],
  [
    { contactMessage: { displayName: "Ada", vcard: "BEGIN:VCARD" } },
    { type: "contacts", contacts: [{ name: "Ada", vcard: "BEGIN:VCARD" }] },
    null,
  ],
  [
    {
      contactsArrayMessage: {
        contacts: [
          { displayName: "Ada", vcard: "A" },
          { displayName: "Ben", vcard: "B" },
        ],
      },
    },
    {
      type: "contacts",
      contacts: [
        { name: "Ada", vcard: "A" },
        { name: "Ben", vcard: "B" },
      ],
    },
    null,
  ],
  [
    { pollCreationMessage: { name: "?", options: [{ optionName: "a" }, { optionName: "b" }] } },
    { type: "poll", question: "?", options: ["a", "b"], selectable: 0 },
    null,
  ],
  [
    { videoMessage: { ...file, caption: "v", gifPlayback: true, mimetype: "video/mp4", fileLength: 5 } },
    { type: "video", caption: "v", gif: true, note: false },
    { kind: "video", mimetype: "video/mp4", bytes: 5 },
  ],
  [{ ptvMessage: { ...file } }, { type: "video", caption: null, gif: false, note: true }, { kind: "video" }],
  [{ audioMessage: { ...file, ptt: true } }, { type: "audio", voice: true }, { kind: "audio" }],
  [
    { documentWithCaptionMessage: { message: { documentMessage: { ...file, fileName: "a.pdf", caption: "c" } } } },
    { type: "document", caption: "c" },
    { kind: "document", fileName: "a.pdf" },
  ],
  [{ stickerMessage: { ...file } }, { type: "sticker" }, { kind: "sticker", mimetype: "image/webp" }],
])("%j of a contact becomes an event that says it", async (message, content, media) => {
  const contact = await world.whatsapp.createContact()
  const sent = await world.whatsapp.sendProto({ from: contact.id, to: account.pn, message })
  const event = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.waId === sent.messageId),
  )
  expect(event.data.content).toEqual(content)
  if (media === null) expect(event.data.media).toBeNull()
  else expect(event.data.media).toMatchObject(media)
})
