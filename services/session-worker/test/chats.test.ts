import { afterAll, beforeAll, expect, test } from "vitest"
import { forever } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import type { ChatDoc } from "@wildcat/shared/store"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let worker: Awaited<ReturnType<World["startWorker"]>>

beforeAll(async () => {
  ;({ world, worker, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

type Contact = Awaited<ReturnType<World["whatsapp"]["createContact"]>>

function chatWhere(what: string, jid: string, fits: (chat: ChatDoc) => boolean = () => true): Promise<ChatDoc> {
  return waitUntil(what, async () => {
    const found = await world.store.collections.chats
      .find({ account: account.id, $or: [{ jid }, { lid: jid }] })
      .toArray()
    expect(found.length).toBeLessThan(2)
    const [chat] = found
    return chat !== undefined && fits(chat) && chat
  })
}

async function truthOf(contact: Contact, addressing: "lid" | "pn") {
  const chats = await world.whatsapp.chatsOfPhone({ phoneId: account.phoneId })
  return chats.find((chat) => chat.jid === contact[addressing])
}

async function updatesOf(contact: Contact) {
  const events = await world.events("chat.update", account.id)
  return events.filter(({ data }) => data.chat.pn === contact.pn).map(({ data }) => ({ ...data.changed, by: data.by }))
}

async function contactWithChat(addressing: "lid" | "pn", text = "hello") {
  const contact = await world.whatsapp.createContact({ name: `Ann ${addressing}`, addressing })
  const { messageId } = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text })
  const chat = await chatWhere("the chat", contact.pn)
  return { contact, messageId, chat }
}

test.each(["lid", "pn"] as const)(
  "a message makes a chat of its %s-addressed writer, with what is unread [P32]",
  async (addressing) => {
    const { contact, messageId } = await contactWithChat(addressing)
    await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "again" })
    const chat = await chatWhere("two unread", contact.pn, ({ unread }) => unread === 2)
    expect(chat).toMatchObject({
      kind: "direct",
      pn: contact.pn,
      lid: contact.lid,
      pushName: `Ann ${addressing}`,
      last: { fromMe: false, content: { type: "text", text: "again" }, author: { pn: contact.pn, lid: contact.lid } },
    })
    expect(chat.last?.waId).not.toBe(messageId)
    // Reading: the writer sees it, for both messages.
    expect(await account.order("chat.read", { chat: contact.pn })).toEqual({ messages: 2 })
    await world.whatsapp.waitForReceipt({ messageId, type: "read" })
    await world.whatsapp.waitForReceipt({ messageId: chat.last?.waId ?? "", type: "read" })
    expect((await chatWhere("read", contact.pn)).unread).toBe(0)
    expect(await updatesOf(contact)).toEqual([{ unread: 0, markedUnread: false, by: "api" }])
  },
)

test.each(["lid", "pn"] as const)(
  "archive, pin, mute and unread of a %s-addressed chat reach the phone, which reads exactly that [P33 P34]",
  async (addressing) => {
    const { contact } = await contactWithChat(addressing)
    await account.order("chat.change", {
      chat: contact.lid,
      archived: true,
      pinned: true,
      mutedUntil: forever,
      markedUnread: true,
    })
    expect(await truthOf(contact, addressing)).toMatchObject({
      archived: true,
      pinned: true,
      mutedUntil: -1,
      markedRead: false,
    })
    const chat = await chatWhere("all of it", contact.pn, ({ markedUnread }) => markedUnread)
    expect(chat).toMatchObject({ archived: true, mutedUntil: new Date(forever), pinnedAt: expect.any(Date) })
    const until = "2099-01-01T00:00:00.000Z"
    await account.order("chat.change", { chat: contact.pn, archived: false, pinned: false, mutedUntil: until })
    expect(await truthOf(contact, addressing)).toMatchObject({
      archived: false,
      pinned: false,
      mutedUntil: Date.parse(until),
    })
    expect(await chatWhere("undone", contact.pn)).toMatchObject({
      archived: false,
      pinnedAt: null,
      mutedUntil: new Date(until),
    })
    await account.order("chat.read", { chat: contact.pn })
    expect(await truthOf(contact, addressing)).toMatchObject({ markedRead: true })
    const updates = await updatesOf(contact)
    expect(updates.map((update) => Object.keys(update)[0])).toEqual([
      "archived",
      "pinnedAt",
      "mutedUntil",
      "markedUnread",
      "archived",
      "pinnedAt",
      "mutedUntil",
      "unread",
    ])
    expect(new Set(updates.map(({ by }) => by))).toEqual(new Set(["api"]))
    expect((await world.whatsapp.counters()).forgeries).toBe(0)
  },
)

test("what the phone changes of a chat is shown and told [P33 P34]", async () => {
  const { contact, messageId } = await contactWithChat("lid")
  const change = (wanted: Parameters<World["whatsapp"]["changeChat"]>[0]["change"]) =>
    world.whatsapp.changeChat({ phoneId: account.phoneId, chat: contact.id, change: wanted })
  await change({ kind: "archive", archived: true })
  await change({ kind: "pin", pinned: true })
  await change({ kind: "mute", until: 4_102_444_800_000 })
  await change({ kind: "save", name: "Ann of the office" })
  await change({ kind: "star", messageId, starred: true })
  const chat = await chatWhere("the phone's changes", contact.pn, ({ name }) => name !== null)
  await chatWhere(
    "all of them",
    contact.pn,
    ({ mutedUntil, archived, pinnedAt }) => archived && !!pinnedAt && !!mutedUntil,
  )
  expect(chat.name).toBe("Ann of the office")
  const message = await waitUntil("the star", async () => {
    const found = await world.store.collections.messages.findOne({ account: account.id, waId: messageId })
    return found?.starred === true && found
  })
  expect(message.content).toEqual({ type: "text", text: "hello" })
  await world.whatsapp.readOnPhone({ phoneId: account.phoneId, chat: contact.id, messageIds: [messageId] })
  await chatWhere("read on the phone", contact.pn, ({ unread }) => unread === 0)
  await change({ kind: "mark", read: false })
  await chatWhere("marked as unread", contact.pn, ({ markedUnread }) => markedUnread)
  await change({ kind: "clear" })
  await chatWhere("cleared", contact.pn, ({ last }) => last === null)
  await change({ kind: "delete" })
  await chatWhere("deleted", contact.pn, ({ deleted }) => deleted)
  const updates = await waitUntil("all events", async () => {
    const all = await updatesOf(contact)
    return all.length === 8 && all
  })
  expect(new Set(updates.map(({ by }) => by))).toEqual(new Set(["phone"]))
  // A newer message brings it back.
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "still there?" })
  await chatWhere("back again", contact.pn, ({ deleted, unread }) => !deleted && unread === 1)
})

test("a star, a delete for me, clearing and deleting reach the phone [P22 P30 P33]", async () => {
  const { contact, messageId, chat } = await contactWithChat("pn")
  const message = chat.last?.id ?? ""
  await account.order("message.star", { message, starred: true })
  expect((await truthOf(contact, "pn"))?.starred).toEqual([messageId])
  const stored = () => world.store.collections.messages.findOne({ _id: message })
  expect((await stored())?.starred).toBe(true)
  await account.order("message.star", { message, starred: false })
  expect((await truthOf(contact, "pn"))?.starred).toEqual([])
  expect((await stored())?.starred).toBe(false)
  await account.order("message.hide", { message })
  expect((await truthOf(contact, "pn"))?.deletedForMe).toEqual([messageId])
  expect((await stored())?.deletedForMe).toBe(true)
  await account.order("chat.clear", { chat: contact.pn })
  expect(await truthOf(contact, "pn")).toMatchObject({ cleared: true, deleted: false })
  expect((await chatWhere("cleared", contact.pn)).last).toBeNull()
  await account.order("chat.delete", { chat: contact.pn })
  expect(await truthOf(contact, "pn")).toMatchObject({ deleted: true })
  expect((await chatWhere("deleted", contact.pn)).deleted).toBe(true)
})

test("a patch of the app state whose MAC is wrong changes nothing, and the next good one is taken", async () => {
  const { contact } = await contactWithChat("lid")
  const archive = (archived: boolean) =>
    world.whatsapp.changeChat({ phoneId: account.phoneId, chat: contact.id, change: { kind: "archive", archived } })
  await world.whatsapp.setFault({ kind: "forged-app-state", phoneId: account.phoneId, count: 2 })
  await archive(true)
  // The refused patch is replaced by the whole collection.
  await chatWhere("archived", contact.pn, ({ archived }) => archived)
  await archive(false)
  await chatWhere("no longer archived", contact.pn, ({ archived }) => !archived)
})

test("a group's message makes a chat, and its writers see their messages read [P32 P35]", async () => {
  const [ann, ben] = [await world.whatsapp.createContact({ name: "Ann" }), await world.whatsapp.createContact()]
  const participants = [account.phoneId, ann.id, ben.id]
  const group = await world.whatsapp.createGroup({ subject: "Club", participants })
  const sent = [
    await world.whatsapp.sendText({ from: ann.id, groupId: group.id, text: "one" }),
    await world.whatsapp.sendText({ from: ben.id, groupId: group.id, text: "two" }),
  ]
  const chat = await chatWhere("the group", group.id, ({ unread }) => unread === 2)
  expect(chat).toMatchObject({ kind: "group", pn: null, lid: null, pushName: null })
  expect(await account.order("chat.read", { chat: group.id })).toEqual({ messages: 2 })
  for (const { messageId } of sent) await world.whatsapp.waitForReceipt({ messageId, type: "read" })
  await account.order("message.star", { message: chat.last?.id ?? "", starred: true })
  const chats = await world.whatsapp.chatsOfPhone({ phoneId: account.phoneId })
  expect(chats.find(({ jid }) => jid === group.id)?.starred).toEqual([chat.last?.waId])
  expect((await world.whatsapp.counters()).malformedStanzas).toBe(0)
})

test.each(["lid", "pn"] as const)(
  "disappearing is set and told in a %s-addressed chat, and sends carry it [P34]",
  async (addressing) => {
    const { contact } = await contactWithChat(addressing)
    await account.order("chat.change", { chat: contact.pn, ephemeralSeconds: 86_400 })
    const setting = await world.whatsapp.waitForMessage({
      contactId: contact.id,
      match: { kind: "ephemeral" },
    })
    expect(setting).toMatchObject({ seconds: 86_400, from: account.pn })
    const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "gone tomorrow" })
    expect(await world.send(account.id, id)).toBe("server_ack")
    const got = await world.whatsapp.waitForMessage({
      contactId: contact.id,
      match: { text: "gone tomorrow" },
    })
    expect(got.details).toMatchObject({ contextInfo: { expiration: 86_400 } })
    // The other person can set it, too.
    const protocolMessage = { type: "EPHEMERAL_SETTING", ephemeralExpiration: 0 }
    await world.whatsapp.sendProto({ from: contact.id, to: account.pn, message: { protocolMessage } })
    await chatWhere("messages stay", contact.pn, ({ ephemeralSeconds }) => ephemeralSeconds === 0)
    const told = async () => (await updatesOf(contact)).filter(({ ephemeralSeconds }) => ephemeralSeconds !== undefined)
    await waitUntil("both are told", async () => (await told()).length === 2)
    expect(await told()).toEqual([
      { ephemeralSeconds: 86_400, by: "api" },
      { ephemeralSeconds: 0, by: "other" },
    ])
    const later = await world.queue(account.id, contact.pn, { type: "text", text: "stays" })
    await world.send(account.id, later.id)
    const stays = await world.whatsapp.waitForMessage({
      contactId: contact.id,
      match: { text: "stays" },
    })
    expect(JSON.stringify(stays.details ?? {})).not.toContain("expiration")
  },
)

test("what the phone changed while the worker was away is taken when it is back", async () => {
  const { contact } = await contactWithChat("lid")
  await worker.stop()
  await world.whatsapp.changeChat({
    phoneId: account.phoneId,
    chat: contact.id,
    change: { kind: "archive", archived: true },
  })
  worker = await world.startWorker()
  await chatWhere("archived meanwhile", contact.pn, ({ archived }) => archived)
  await waitUntil("the event", async () => (await updatesOf(contact)).some(({ archived }) => archived === true))
})
