import { randomBytes } from "node:crypto"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createConversations, text } from "./conversations.ts"
import type { Conversations } from "./conversations.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let talk: Conversations

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
  talk = await createConversations(world, account)
})

afterAll(() => world.stop())

test("a list of chats shows what the last message says now, and nothing of one that was removed", async () => {
  const chat = await talk.openChat("lid")
  const from = { from: chat.contact.id, ...chat.dest }
  const { messageId } = await world.whatsapp.sendText({ ...from, text: "secrte" })
  const message = await talk.heard(messageId)
  const preview = async () => (await world.store.collections.chats.findOne({ "last.id": message._id }))?.last?.content
  await waitUntil("the chat", preview)
  await world.whatsapp.sendEdit({ ...from, messageId, text: "secret" })
  await waitUntil("the edit", async () => JSON.stringify(await preview()).includes("secret"))
  await world.whatsapp.sendRevoke({ ...from, messageId })
  await waitUntil("the removal", async () => (await talk.stored(message._id)).revoked)
  await waitUntil("the chat says so", async () => (await preview())?.type === "revoked")
})

test("a status post of the account is removed for those who could see it [P26]", async () => {
  const chat = await talk.openChat("lid")
  const audience = [chat.contact.pn]
  const post = await world.queue(account.id, "status@broadcast", text("sale"), undefined, { audience })
  expect(await world.send(account.id, post.id)).toBe("server_ack")
  await waitUntil("the post", () => world.store.collections.messages.findOne({ _id: post.id }))
  const removal = { type: "delete", message: post.id } as const
  const { id, waId } = await world.queue(account.id, "status@broadcast", removal, undefined, { audience })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(chat.contact.id, waId)
  expect(got).toMatchObject({ kind: "revoke", refersTo: post.waId, edit: "7" })
  expect((await talk.eventOf("message.revoked", id)).data).toMatchObject({ id: post.id, chat: { kind: "status" } })
})

test("an edited caption keeps its picture [P22]", async () => {
  const chat = await talk.openChat("lid")
  const bytes = randomBytes(20_000)
  const first = await talk.say(chat, {
    type: "image",
    caption: "helo",
    mediaId: await world.storeFile(bytes, "image/png"),
  })
  const { got } = await talk.say(chat, { type: "edit", message: first.id, text: "hello" })
  expect(got).toMatchObject({ kind: "edit", caption: "hello", refersTo: first.waId, edit: "1" })
  expect(got.bytesBase64).toBe(bytes.toString("base64"))
  await waitUntil("the edit", async () => (await talk.stored(first.id)).editedAt)
  expect(await talk.stored(first.id)).toMatchObject({ content: { type: "image", caption: "hello" } })
})

test("a forwarded file is not uploaded again while WhatsApp has it, and is when WhatsApp has lost it [P23]", async () => {
  const [from, to] = [await talk.openChat("lid"), await talk.openChat("pn")]
  const bytes = randomBytes(20_000)
  const first = await talk.say(from, {
    type: "image",
    caption: "look",
    mediaId: await world.storeFile(bytes, "image/png"),
  })
  const uploads = async () => (await world.whatsapp.counters()).mediaUploads
  const before = await uploads()
  const again = await talk.say(to, { type: "forward", message: first.id })
  expect(again.got).toMatchObject({ kind: "image", caption: "look", bytesBase64: bytes.toString("base64") })
  expect(again.got.details?.["contextInfo"]).toEqual({ isForwarded: true, forwardingScore: 1 })
  for (const field of ["mediaKey", "directPath", "fileEncSha256"]) {
    expect(again.got.details?.[field]).toEqual(first.got.details?.[field])
  }
  expect(await uploads()).toBe(before)
  expect((await talk.stored(again.id)).media).toMatchObject({ id: (await talk.stored(first.id)).media?.id })

  await world.whatsapp.setFault({ kind: "media-status", status: 404, count: 1 })
  const anew = await talk.say(to, { type: "forward", message: first.id })
  expect(anew.got).toMatchObject({ kind: "image", caption: "look", bytesBase64: bytes.toString("base64") })
  expect(anew.got.details?.["contextInfo"]).toEqual({ isForwarded: true, forwardingScore: 1 })
  expect(await uploads()).toBe(before + 1)
})

test("what WhatsApp lets nobody forward ends as failed, saying so [P23]", async () => {
  const chat = await talk.openChat("lid")
  const poll = await talk.say(chat, { type: "poll", question: "?", options: ["a", "b"] })
  const { id } = await world.queue(account.id, chat.to, { type: "forward", message: poll.id })
  expect(await world.send(account.id, id)).toBe("failed")
  expect((await world.store.collections.outbox.findOne({ _id: id }))?.error?.code).toBe("not_forwardable")
})

test("an admin removes the message of another in a group; who is none is told so [P22]", async () => {
  const chat = await talk.openChat("group")
  const spam = await world.whatsapp.sendText({ from: chat.contact.id, ...chat.dest, text: "spam" })
  const message = await talk.heard(spam.messageId)
  const { id, got } = await talk.say(chat, { type: "delete", message: message._id })
  expect(got).toMatchObject({ kind: "revoke", refersTo: spam.messageId, edit: "8" })
  const participant = chat.contact.lid
  expect(got.details?.["key"]).toEqual({ remoteJid: chat.to, fromMe: false, id: spam.messageId, participant })
  expect((await talk.eventOf("message.revoked", id)).data).toMatchObject({ id: message._id, by: talk.me })
  expect((await talk.stored(message._id)).revoked?.by).toEqual(talk.me)

  const contact = await world.whatsapp.createContact()
  const group = await world.whatsapp.createGroup({ subject: "Theirs", participants: [contact.pn, account.pn] })
  const theirs = await world.whatsapp.sendText({ from: contact.id, groupId: group.id, text: "mine" })
  const other = await talk.heard(theirs.messageId)
  const refused = await world.queue(account.id, group.id, { type: "delete", message: other._id })
  expect(await world.send(account.id, refused.id)).toBe("failed")
  expect((await world.store.collections.outbox.findOne({ _id: refused.id }))?.error?.code).toBe("not_admin")
})

test("an admin's removal of our message is believed; a member's edit or removal of another's is not [P22]", async () => {
  const chat = await talk.openChat("group")
  const mallory = await world.whatsapp.createContact({ addressing: "lid" })
  const { groupId } = { groupId: chat.to }
  await world.whatsapp.changeGroupMembers({ groupId, by: account.pn, action: "add", participants: [mallory.pn] })
  const theirs = await world.whatsapp.sendText({ from: chat.contact.id, groupId, text: "true" })
  const message = await talk.heard(theirs.messageId)
  await world.whatsapp.sendEdit({ from: mallory.id, groupId, messageId: theirs.messageId, text: "false" })
  await world.whatsapp.sendRevoke({ from: mallory.id, groupId, messageId: theirs.messageId })
  const ours = await talk.say(chat, text("ours"))
  await world.whatsapp.changeGroupMembers({ groupId, by: account.pn, action: "promote", participants: [mallory.pn] })
  await world.whatsapp.sendRevoke({ from: mallory.id, groupId, messageId: ours.waId, author: talk.me.lid })
  await waitUntil("the admin's removal", async () => (await talk.stored(ours.id)).revoked)
  expect((await talk.stored(ours.id)).revoked?.by).toMatchObject({ pn: mallory.pn })
  const left = await talk.stored(message._id)
  expect(left.content).toEqual(text("true"))
  expect([left.editedAt, left.revoked]).toEqual([undefined, undefined])
  const told = await waitUntil("the claim is told", async () =>
    (await world.events("message.edited")).find(({ data }) => data.by.pn === mallory.pn),
  )
  expect(told.data.id).toBeNull()
})

test("what comes before its message is told with WhatsApp's id alone, and done when the message comes [P22]", async () => {
  const chat = await talk.openChat("lid")
  const from = { from: chat.contact.id, ...chat.dest }
  const messageId = "3EB0C0FFEE00112233AA"
  await world.whatsapp.sendReaction({ ...from, target: { messageId }, emoji: "⏳" })
  await world.whatsapp.sendEdit({ ...from, messageId, text: "late, edited" })
  const event = await waitUntil("the reaction", async () =>
    (await world.events("message.reaction")).find(({ data }) => data.waId === messageId),
  )
  expect(event.data).toMatchObject({ id: null, emoji: "⏳", by: { pn: chat.contact.pn } })
  await waitUntil("both wait", async () => {
    const waiting = { account: account.id, "target.waId": messageId, applied: false }
    return (await world.store.collections.messageActions.countDocuments(waiting)) === 2
  })
  await world.whatsapp.sendText({ ...from, messageId, text: "late" })
  const message = await talk.heard(messageId)
  await waitUntil("both are done", async () => (await talk.stored(message._id)).editedAt)
  expect(await talk.stored(message._id)).toMatchObject({
    content: text("late, edited"),
    edits: [{ content: text("late") }],
    reactions: [{ emoji: "⏳" }],
  })
})

test("a recipient who could not decrypt a reaction gets it again, the same", async () => {
  const chat = await talk.openChat("lid")
  const { messageId } = await world.whatsapp.sendText({ from: chat.contact.id, ...chat.dest, text: "hm" })
  const message = await talk.heard(messageId)
  await world.whatsapp.setFault({ kind: "contact-cannot-decrypt", phoneId: account.phoneId, count: 1 })
  const { got } = await talk.say(chat, { type: "reaction", message: message._id, emoji: "👍" })
  expect(got).toMatchObject({ kind: "reaction", text: "👍", refersTo: messageId, copies: 1 })
})

test("a message that waits is sent as it was reworded, once", async () => {
  const chat = await talk.openChat("lid")
  const { outbox } = world.store.collections
  const { id, waId } = await world.queue(account.id, chat.to, text("helo"), undefined, {
    dueAt: new Date(Date.now() + 3_600_000),
  })
  await outbox.updateOne({ _id: id }, { $set: { content: text("hello") }, $inc: { revision: 1 } })
  const revise = () => account.order("message.revise", { message: id, revision: 1 })
  expect(await revise()).toEqual({ status: "queued" })
  await outbox.updateOne({ _id: id }, { $set: { dueAt: new Date() } })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(chat.contact.id, waId)
  expect(got).toMatchObject({ kind: "text", text: "hello", copies: 1 })
  expect((await revise()).status).not.toBe("queued")
})
