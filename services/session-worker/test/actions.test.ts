import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createConversations, text } from "./conversations.ts"
import type { Chat, Conversations } from "./conversations.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account
let me: Conversations["me"]
let openChat: Conversations["openChat"]
let say: Conversations["say"]
let heard: Conversations["heard"]
let stored: Conversations["stored"]
let eventOf: Conversations["eventOf"]

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
  ;({ me, openChat, say, heard, stored, eventOf } = await createConversations(world, account))
})

afterAll(() => world.stop())

/** How the contact must be told which message is meant. */
function keyOf(chat: Chat, message: { waId: string; fromMe: boolean }) {
  const participant = chat.kind === "group" && !message.fromMe ? { participant: chat.contact[chat.names] } : {}
  return { remoteJid: chat.to, fromMe: message.fromMe, id: message.waId, ...participant }
}

const forms = ["pn", "lid", "group"] as const

describe.each(forms)("in a chat addressed by %s", (form) => {
  test("a reaction reaches the contact on the right message, changes, and is taken back [A16 P22]", async () => {
    const chat = await openChat(form)
    const { messageId } = await world.whatsapp.sendText({ from: chat.contact.id, ...chat.dest, text: "nice?" })
    const message = await heard(messageId)
    for (const emoji of ["👍", "❤️", ""]) {
      const { id, got } = await say(chat, { type: "reaction", message: message._id, emoji })
      expect(got).toMatchObject({ kind: "reaction", text: emoji, refersTo: messageId, copies: 1 })
      expect(got.details?.["key"]).toEqual(keyOf(chat, { waId: messageId, fromMe: false }))
      const event = await eventOf("message.reaction", id)
      expect(event.data).toMatchObject({
        id: message._id,
        waId: messageId,
        emoji: emoji || null,
        by: me,
        fromMe: true,
        source: "api",
        chat: { kind: chat.kind },
      })
      expect((await stored(message._id)).reactions).toMatchObject([{ by: me, emoji }])
      expect((await world.events("message.sent")).map(({ data }) => data.id)).not.toContain(id)
    }
  })

  test("an edit changes the text for the contact, with all that the message said beside it [P22]", async () => {
    const chat = await openChat(form)
    const first = await say(chat, text("helo"))
    const { id, got } = await say(chat, { type: "edit", message: first.id, text: "hello" })
    expect(got).toMatchObject({ kind: "edit", text: "hello", refersTo: first.waId, edit: "1", copies: 1 })
    const key = keyOf(chat, { waId: first.waId, fromMe: true })
    expect(got.details).toMatchObject({
      key,
      type: "MESSAGE_EDIT",
      editedMessage: { extendedTextMessage: { text: "hello" } },
    })
    expect(Object.keys(got.details ?? {}).sort()).toEqual(["editedMessage", "key", "timestampMs", "type"])
    const event = await eventOf("message.edited", id)
    expect(event.data).toMatchObject({ id: first.id, content: { type: "text", text: "hello" }, by: me, source: "api" })
    expect(await stored(first.id)).toMatchObject({ content: text("hello"), edits: [{ content: text("helo") }] })
  })

  test("a message deleted for everyone is gone at the contact and in the log [A16 P22]", async () => {
    const chat = await openChat(form)
    const first = await say(chat, text("secret"))
    const { id, got } = await say(chat, { type: "delete", message: first.id })
    expect(got).toMatchObject({ kind: "revoke", refersTo: first.waId, edit: "7" })
    expect(got.details?.["key"]).toEqual(keyOf(chat, { waId: first.waId, fromMe: true }))
    expect((await eventOf("message.revoked", id)).data).toMatchObject({ id: first.id, by: me })
    const left = await stored(first.id)
    expect(left).toMatchObject({ content: { type: "revoked" }, revoked: { by: me }, raw: null, media: null })
    expect(JSON.stringify(left)).not.toContain("secret")
  })

  test("a message is pinned for as long as asked, and unpinned [P22 P30]", async () => {
    const chat = await openChat(form)
    const first = await say(chat, text("the address"))
    const pin = await say(chat, { type: "pin", message: first.id, days: 30 })
    expect(pin.got).toMatchObject({ kind: "pin", refersTo: first.waId, edit: "2", seconds: 2_592_000 })
    expect((await eventOf("message.pinned", pin.id)).data.until).not.toBeNull()
    expect((await stored(first.id)).pin?.until).toBeInstanceOf(Date)
    const unpin = await say(chat, { type: "unpin", message: first.id })
    expect(unpin.got).toMatchObject({ kind: "unpin", refersTo: first.waId, seconds: 0 })
    expect((await eventOf("message.pinned", unpin.id)).data.until).toBeNull()
    expect((await stored(first.id)).pin?.until).toBeNull()
  })

  test("a vote can be read by whoever made the poll, and votes of others by us [P20]", async () => {
    const chat = await openChat(form)
    const options = ["Soup", "Salad", "Bread"]
    const theirs = await world.whatsapp.sendPoll({
      from: chat.contact.id,
      ...chat.dest,
      name: "?",
      options,
      selectableCount: 0,
    })
    const poll = await heard(theirs.messageId)
    const { id, got } = await say(chat, { type: "vote", message: poll._id, options: ["Salad", "Bread"] })
    expect(got).toMatchObject({ kind: "vote", refersTo: theirs.messageId, details: { options: ["Salad", "Bread"] } })
    expect((await eventOf("poll.vote", id)).data).toMatchObject({ id: poll._id, by: me, options: ["Salad", "Bread"] })

    const ours = await say(chat, { type: "poll", question: "?", options })
    for (const chosen of [["Soup"], ["Salad"], []]) {
      const cast = await world.whatsapp.sendPollVote({
        from: chat.contact.id,
        ...chat.dest,
        pollId: ours.waId,
        options: chosen,
      })
      const told = await waitUntil("the vote is told", async () =>
        (await world.events("poll.vote")).find(
          ({ data }) => !data.fromMe && data.waId === ours.waId && String(data.options) === String(chosen),
        ),
      )
      expect(told.data).toMatchObject({
        id: ours.id,
        options: chosen,
        by: { pn: chat.contact.pn, lid: chat.contact.lid },
      })
      expect((await stored(ours.id)).votes).toMatchObject([{ by: { pn: chat.contact.pn }, options: chosen }])
      expect(cast.messageId).toBeTruthy()
    }
  })

  test("reactions, edits, pins and removals of the contact are told and kept, and are no messages [P22]", async () => {
    const chat = await openChat(form)
    const by = { pn: chat.contact.pn, lid: chat.contact.lid }
    const from = { from: chat.contact.id, ...chat.dest }
    const ours = await say(chat, text("ours"))
    const target = { messageId: ours.waId, author: me[chat.names] }
    const reaction = await world.whatsapp.sendReaction({ ...from, target, emoji: "🎉" })
    await waitUntil("the reaction", async () => (await stored(ours.id)).reactions?.length === 1)
    expect((await stored(ours.id)).reactions).toMatchObject([{ by, emoji: "🎉" }])
    const pinned = await world.whatsapp.sendPin({ ...from, target, seconds: 86_400 })
    await waitUntil("the pin", async () => (await stored(ours.id)).pin?.until)

    const theirs = await world.whatsapp.sendText({ ...from, text: "tehirs" })
    const message = await heard(theirs.messageId)
    const edit = await world.whatsapp.sendEdit({ ...from, messageId: theirs.messageId, text: "theirs" })
    await waitUntil("the edit", async () => (await stored(message._id)).editedAt)
    expect(await stored(message._id)).toMatchObject({ content: text("theirs"), edits: [{ content: text("tehirs") }] })
    const removal = await world.whatsapp.sendRevoke({ ...from, messageId: theirs.messageId })
    await waitUntil("the removal", async () => (await stored(message._id)).revoked)
    expect((await stored(message._id)).content).toEqual({ type: "revoked" })

    const about = { by, fromMe: false, source: "contact" }
    const told = await waitUntil("all are told", async () => {
      const isTheirs = (data: object) => "action" in data && "by" in data && Object(data.by).pn === by.pn
      const theirs = (await world.events()).filter(({ data }) => isTheirs(data))
      return theirs.length === 4 && theirs
    })
    expect(told.map(({ type, data }) => ({ type, data }))).toMatchObject([
      { type: "message.reaction", data: { ...about, id: ours.id, waId: ours.waId, emoji: "🎉" } },
      { type: "message.pinned", data: { ...about, id: ours.id } },
      { type: "message.edited", data: { ...about, id: message._id, content: text("theirs") } },
      { type: "message.revoked", data: { ...about, id: message._id } },
    ])
    const waIds = [reaction, pinned, edit, removal].map(({ messageId }) => messageId)
    expect(await world.store.collections.messages.countDocuments({ waId: { $in: waIds } })).toBe(0)
  })

  test("what the account's own phone does to messages is told as its doing [P22]", async () => {
    const chat = await openChat(form)
    const { messageId } = await world.whatsapp.sendText({ from: chat.contact.id, ...chat.dest, text: "look" })
    const message = await heard(messageId)
    const target = { messageId, author: chat.contact[chat.names] }
    await world.whatsapp.sendReaction({ from: account.phoneId, ...chat.fromPhone, target, emoji: "👀" })
    await waitUntil("the reaction", async () => (await stored(message._id)).reactions?.length === 1)
    const event = await waitUntil("the event", async () =>
      (await world.events("message.reaction")).find(({ data }) => data.id === message._id),
    )
    expect(event.data).toMatchObject({ by: me, fromMe: true, source: "phone", emoji: "👀" })

    const from = { from: account.phoneId, ...chat.fromPhone }
    const said = await world.whatsapp.sendText({ ...from, text: "by phnoe" })
    const own = await heard(said.messageId)
    await world.whatsapp.sendEdit({ ...from, messageId: said.messageId, text: "by phone" })
    await waitUntil("the edit", async () => (await stored(own._id)).editedAt)
    expect((await stored(own._id)).content).toEqual(text("by phone"))
    await world.whatsapp.sendRevoke({ ...from, messageId: said.messageId })
    await waitUntil("the removal", async () => (await stored(own._id)).revoked)
    const asked = await say(chat, { type: "poll", question: "?", options: ["a", "b"] })
    await world.whatsapp.sendPollVote({ ...from, pollId: asked.waId, options: ["b"] })
    await waitUntil("the vote", async () => (await stored(asked.id)).votes)
    expect((await stored(asked.id)).votes).toMatchObject([{ by: me, options: ["b"] }])
    for (const type of ["message.edited", "message.revoked", "poll.vote"] as const) {
      const told = await waitUntil(type, async () =>
        (await world.events(type)).find(({ data }) => data.id === own._id || data.id === asked.id),
      )
      expect(told.data).toMatchObject({ by: me, fromMe: true, source: "phone" })
    }
  })

  test("a forwarded text says that it was forwarded, and how often [P23]", async () => {
    const [from, to] = [await openChat(form), await openChat(form)]
    const { messageId } = await world.whatsapp.sendText({ from: from.contact.id, ...from.dest, text: "news" })
    const message = await heard(messageId)
    const once = await say(to, { type: "forward", message: message._id })
    expect(once.got).toMatchObject({ kind: "text", text: "news" })
    expect(once.got.details).toEqual({ text: "news", contextInfo: { isForwarded: true, forwardingScore: 1 } })
    expect((await stored(once.id)).content).toEqual(text("news"))
    const twice = await say(to, { type: "forward", message: once.id })
    expect(twice.got.details?.["contextInfo"]).toEqual({ isForwarded: true, forwardingScore: 2 })
  })
})
