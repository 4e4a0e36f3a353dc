import { createHash, randomBytes } from "node:crypto"
import {
  type AnyMessageContent,
  decryptPollVote,
  downloadMediaMessage,
  type proto,
  type WAMessage,
} from "@whiskeysockets/baileys"
import { afterEach, beforeAll, expect, test } from "vitest"
import type { SimulatorClient } from "../client/index.ts"
import { Polls } from "../people/polls.ts"
import { User } from "../directory/user.ts"
import type { LinkedAccount } from "./link.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { picture } from "./samples.ts"
import { startLinked } from "./start-linked.ts"

const file = randomBytes(20_000)
let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked({ ackDelayMs: 0 }, { generateHighQualityLinkPreview: false })
  ;({ control, account } = linked)
  return linked.stop
})

afterEach(() => nothingWasRefused(control))

/** Sends with Baileys; answers what the contact decrypted. */
async function received(content: AnyMessageContent) {
  const contact = await control.createContact({})
  const sent = await account.client.socket.sendMessage(contact.pn, content)
  const match = { messageId: sent?.key.id ?? "" }
  const message = await control.waitForMessage({ contactId: contact.id, match })
  expect(message).toMatchObject({ from: account.phone.pn, copies: 1 })
  return message
}

/** The message Baileys shows. */
async function shown(messageId: string): Promise<WAMessage & { message: proto.IMessage }> {
  const { messages } = await account.client.waitFor("messages.upsert", (upsert) =>
    upsert.messages.some(({ key, message }) => key.id === messageId && message),
  )
  const found = messages.find(({ key }) => key.id === messageId)
  if (!found?.message) throw new Error("no message in the upsert")
  return { ...found, message: found.message }
}

const withoutPreview = { jpegThumbnail: "", waveform: new Uint8Array(64) }
const files = [
  {
    kind: "image",
    content: { image: picture, caption: "look", mimetype: "image/png", ...withoutPreview },
    bytes: picture,
    details: { caption: "look", mimetype: "image/png", fileLength: String(picture.length) },
  },
  {
    kind: "video",
    content: { video: file, caption: "film", mimetype: "video/mp4", ...withoutPreview },
    bytes: file,
    details: { caption: "film", mimetype: "video/mp4", fileLength: "20000" },
  },
  {
    kind: "gif",
    content: { video: file, gifPlayback: true, mimetype: "video/mp4", ...withoutPreview },
    bytes: file,
    details: { gifPlayback: true, mimetype: "video/mp4" },
  },
  {
    kind: "audio",
    content: { audio: file, mimetype: "audio/mp4", seconds: 7, ...withoutPreview },
    bytes: file,
    details: { mimetype: "audio/mp4", seconds: 7 },
  },
  {
    kind: "voice",
    content: { audio: file, ptt: true, mimetype: "audio/ogg; codecs=opus", seconds: 3, ...withoutPreview },
    bytes: file,
    details: { ptt: true, mimetype: "audio/ogg; codecs=opus", seconds: 3 },
  },
  {
    kind: "document",
    content: { document: file, mimetype: "application/pdf", fileName: "menu.pdf", caption: "today", ...withoutPreview },
    bytes: file,
    details: { fileName: "menu.pdf", caption: "today", mimetype: "application/pdf" },
  },
  {
    kind: "sticker",
    content: { sticker: file, mimetype: "image/webp", ...withoutPreview },
    bytes: file,
    details: { mimetype: "image/webp" },
  },
] as const

for (const { kind, content, bytes, details } of files) {
  test(`${kind} of the client is decrypted by the contact, hashes and MAC verified`, async () => {
    const message = await received(content)
    expect(message).toMatchObject({ kind, mimetype: details.mimetype, details })
    expect(message.mediaError).toBeUndefined()
    expect(Buffer.from(message.bytesBase64 ?? "", "base64").equals(bytes)).toBe(true)
  })

  test(`${kind} of a contact is downloaded and decrypted by the client`, async () => {
    const contact = await control.createContact({})
    const fields = "caption" in details ? { caption: details.caption } : {}
    const { messageId } = await control.sendMedia({
      from: contact.id,
      to: account.phone.pn,
      kind,
      bytesBase64: bytes.toString("base64"),
      mimetype: details.mimetype,
      ...fields,
      ...("seconds" in details ? { seconds: details.seconds } : {}),
      ...("fileName" in details ? { fileName: details.fileName } : {}),
    })
    const message = await shown(messageId)
    const { imageMessage, videoMessage, audioMessage, documentMessage, stickerMessage } = message.message
    const media = imageMessage ?? videoMessage ?? audioMessage ?? documentMessage ?? stickerMessage
    const { fileLength: _, ...expected } = { fileLength: "", ...details }
    expect(media).toMatchObject(expected)
    expect((await downloadMediaMessage(message, "buffer", {})).equals(bytes)).toBe(true)
  })
}

test("a view-once image of the client says so to the contact", async () => {
  const message = await received({ image: picture, viewOnce: true, mimetype: "image/png", ...withoutPreview })
  expect(message).toMatchObject({ kind: "image", viewOnce: true })
  expect(Buffer.from(message.bytesBase64 ?? "", "base64")).toEqual(picture)
})

test("a view-once image of a contact says so to the client", async () => {
  const contact = await control.createContact({})
  const bytesBase64 = picture.toString("base64")
  const to = { from: contact.id, to: account.phone.pn }
  const { messageId } = await control.sendMedia({ ...to, kind: "image", bytesBase64, viewOnce: true })
  const { message } = await shown(messageId)
  expect(message.viewOnceMessageV2?.message?.imageMessage).toMatchObject({ viewOnce: true, mimetype: "image/jpeg" })
})

test("a location passes both ways", async () => {
  const location = { degreesLatitude: 52.5, degreesLongitude: 13.4, name: "Studio", address: "Main street 1" }
  expect(await received({ location })).toMatchObject({ kind: "locationMessage", details: location })
  const contact = await control.createContact({})
  const message = { locationMessage: location }
  const { messageId } = await control.sendProto({ from: contact.id, to: account.phone.pn, message })
  expect((await shown(messageId)).message.locationMessage).toMatchObject(location)
})

test("a contact card passes both ways", async () => {
  const card = { displayName: "Grace", vcard: "BEGIN:VCARD\nFN:Grace\nEND:VCARD" }
  const contacts = { displayName: "Grace", contacts: [card] }
  expect(await received({ contacts })).toMatchObject({ kind: "contactMessage", details: card })
  const contact = await control.createContact({})
  const { messageId } = await control.sendProto({
    from: contact.id,
    to: account.phone.pn,
    message: { contactMessage: card },
  })
  expect((await shown(messageId)).message.contactMessage).toMatchObject(card)
})

test("a link preview passes both ways", async () => {
  const linkPreview = {
    "canonical-url": "https://example.test/menu",
    "matched-text": "https://example.test/menu",
    title: "Menu",
    description: "What there is",
  }
  const text = "see https://example.test/menu"
  const preview = { matchedText: linkPreview["matched-text"], title: "Menu", description: "What there is" }
  expect(await received({ text, linkPreview })).toMatchObject({ kind: "text", text, details: { text, ...preview } })
  const contact = await control.createContact({})
  const message = { extendedTextMessage: { text, ...preview } }
  const { messageId } = await control.sendProto({ from: contact.id, to: account.phone.pn, message })
  expect((await shown(messageId)).message.extendedTextMessage).toMatchObject({ text, ...preview })
})

test("a disappearing message says after how long", async () => {
  const contact = await control.createContact({})
  const sent = await account.client.socket.sendMessage(
    contact.pn,
    { text: "soon gone" },
    { ephemeralExpiration: 86_400 },
  )
  const match = { messageId: sent?.key.id ?? "" }
  expect(await control.waitForMessage({ contactId: contact.id, match })).toMatchObject({
    text: "soon gone",
    details: { contextInfo: { expiration: 86_400 } },
  })
})

const hashOf = (option: string) => createHash("sha256").update(option).digest("hex")

test("a contact votes in the client's poll, and the client can read the vote", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const poll = { name: "When?", values: ["Monday", "Tuesday", "Friday"], selectableCount: 2 }
  const sent = await client.socket.sendMessage(contact.pn, { poll })
  const pollMsgId = sent?.key.id ?? ""
  const asked = await control.waitForMessage({
    contactId: contact.id,
    match: { messageId: pollMsgId },
  })
  expect(asked.details).toMatchObject({
    name: "When?",
    options: [{ optionName: "Monday" }, { optionName: "Tuesday" }, { optionName: "Friday" }],
    selectableOptionsCount: 2,
  })
  const ballot = { from: contact.id, to: phone.pn, pollId: pollMsgId }
  const { messageId } = await control.sendPollVote({ ...ballot, options: ["Monday", "Friday"] })
  const update = (await shown(messageId)).message.pollUpdateMessage
  expect(update?.pollCreationMessageKey).toMatchObject({ id: pollMsgId })
  const pollEncKey = sent?.message?.messageContextInfo?.messageSecret ?? new Uint8Array()
  const addresses = { pollCreatorJid: phone.lid, voterJid: contact.lid }
  const vote = decryptPollVote(update?.vote ?? {}, { pollMsgId, pollEncKey, ...addresses })
  const chosen = (vote.selectedOptions ?? []).map((option) => Buffer.from(option).toString("hex"))
  expect(chosen).toEqual([hashOf("Monday"), hashOf("Friday")])
})

test("the client votes in a contact's poll, and the contact can read the vote", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const { messageId } = await control.sendPoll({
    from: contact.id,
    to: phone.pn,
    name: "Where?",
    options: ["Here", "There"],
  })
  const { message, key } = await shown(messageId)
  expect(message.pollCreationMessageV3).toMatchObject({
    name: "Where?",
    options: [{ optionName: "Here" }, { optionName: "There" }],
    selectableOptionsCount: 1,
  })
  // Baileys has no call for a vote: the program under test encrypts it itself and relays it.
  const polls = new Polls()
  const creator = new User({ id: "", name: "", phone: "1", lidUser: "1", addressing: "lid" })
  polls.notice(messageId, creator, message)
  const vote = polls.seal(messageId, { creator: contact.lid, voter: phone.lid }, ["There"])
  const pollUpdateMessage = { pollCreationMessageKey: key, senderTimestampMs: Date.now(), ...(vote && { vote }) }
  const voteId = await client.socket.relayMessage(contact.lid, { pollUpdateMessage }, {})
  const match = { messageId: voteId }
  expect(await control.waitForMessage({ contactId: contact.id, match })).toMatchObject({
    kind: "vote",
    refersTo: messageId,
    details: { options: ["There"] },
  })
})

test("a status post of a contact reaches the client, text and image", async () => {
  const { phone } = account
  const contact = await control.createContact({})
  const post = { from: contact.id, audience: [phone.id] }
  const words = await control.postStatus({ ...post, text: "what a day" })
  const first = await shown(words.messageId)
  expect(first.key).toMatchObject({ remoteJid: "status@broadcast", participant: contact.pn, fromMe: false })
  expect(first.message.extendedTextMessage).toMatchObject({ text: "what a day" })
  const image = await control.postStatus({ ...post, text: "the sea", imageBase64: picture.toString("base64") })
  const second = await shown(image.messageId)
  expect(second.message.imageMessage).toMatchObject({ caption: "the sea" })
  expect(await downloadMediaMessage(second, "buffer", {})).toEqual(picture)
})

test("a status post of a contact that could not be read is asked for again", async () => {
  const contact = await control.createContact({})
  await control.setFault({ kind: "undecryptable-message", phoneId: account.phone.id, count: 1 })
  const { messageId } = await control.postStatus({ from: contact.id, audience: [account.phone.id], text: "again" })
  expect((await shown(messageId)).message.extendedTextMessage).toMatchObject({ text: "again" })
})
