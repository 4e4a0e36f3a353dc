import { afterAll, beforeAll, expect, test } from "vitest"
import { requestCommand } from "@wildcat/shared/bus"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World

beforeAll(async () => {
  world = await createWorld()
})

afterAll(() => world.stop())

const now = Math.floor(Date.now() / 1000)
const dayS = 86_400

type Form = "inline" | "media"

/** An account whose phone has written with two people before it is linked. */
async function linkWithHistory(historyForm: Form, messagesEach = 30) {
  const contacts = await Promise.all(
    (["lid", "pn"] as const).map((addressing) =>
      world.whatsapp.createContact({ name: `Old ${addressing}`, addressing }),
    ),
  )
  const history = contacts.map(({ id }) => ({
    contactId: id,
    messages: Array.from({ length: messagesEach }, (_, index) => ({
      text: `message ${index}`,
      fromMe: index % 3 === 0,
      messageId: `${historyForm}-${id}-${index}`,
      // Oldest first; the first is older than any limit.
      at: index === 0 ? now - 400 * dayS : now - 10 * dayS + index,
    })),
  }))
  const phone = await world.whatsapp.createPhone({ history, historyForm })
  const id = await world.createAccount()
  await world.scan(id, phone.id)
  await world.waitForStatus(id, "connected")
  return { id, phone, contacts }
}

async function synced(account: string) {
  return waitUntil("the history", async () => (await world.events("history.synced", account))[0])
}

test.each(["inline", "media"] as const)(
  "the phone's history (%s) is stored as it was, in chats and messages, and told once [A28 P48]",
  async (form) => {
    const worker = await world.startWorker()
    const { id, phone, contacts } = await linkWithHistory(form)
    const event = await synced(id)
    expect(event.data).toEqual({ kind: "initial", progress: 100, chats: 2, messages: 58, skipped: 2, chat: null })
    for (const contact of contacts) {
      const rows = await waitUntil("its messages", async () => {
        const found = await world.store.collections.messages
          .find({ account: id, "chat.pn": contact.pn })
          .sort({ timestamp: 1 })
          .toArray()
        return found.length === 29 && found
      })
      expect(rows.map(({ content }) => content)).toEqual(
        Array.from({ length: 29 }, (_, index) => ({ type: "text", text: `message ${index + 1}` })),
      )
      expect(rows[2]).toMatchObject({
        waId: `${form}-${contact.id}-3`,
        fromMe: true,
        source: "phone",
        status: "server_ack",
        author: { pn: phone.pn, lid: phone.lid },
        chat: { kind: "direct", pn: contact.pn, lid: contact.lid },
        timestamp: new Date((now - 10 * dayS + 3) * 1000),
      })
      expect(rows[3]).toMatchObject({ fromMe: false, source: "contact", author: { pn: contact.pn, lid: contact.lid } })
      const chats = await world.store.collections.chats.find({ account: id, pn: contact.pn }).toArray()
      expect(chats).toHaveLength(1)
      expect(chats[0]).toMatchObject({ lid: contact.lid, name: contact.name, unread: 0 })
      expect(chats[0]?.last?.content).toEqual({ type: "text", text: "message 29" })
    }
    expect(await world.events("message.received", id)).toEqual([])
    // A message that the history had and that comes on its own, too, is one message, and is told.
    const [contact] = contacts
    const messageId = `${form}-${contact?.id}-28`
    await world.whatsapp.sendText({ from: contact?.id ?? "", to: phone.phone, text: "message 28", messageId })
    const told = await waitUntil("the live one", async () => (await world.events("message.received", id))[0])
    expect(told.data.waId).toBe(messageId)
    expect(await world.store.collections.messages.countDocuments({ account: id, waId: messageId })).toBe(1)
    // What was too old is to be had on request.
    const chat = contacts[0]?.pn ?? ""
    const asked = await requestCommand(world.bus, { account: id, verb: "chat.history", request: { chat, count: 50 } })
    expect(asked.before).toBe(new Date((now - 10 * dayS + 1) * 1000).toISOString())
    const older = await waitUntil("the older message", async () => (await world.events("history.synced", id))[1])
    expect(older.data).toMatchObject({ kind: "on_demand", chats: 1, messages: 1, skipped: 0, chat: { pn: chat } })
    const oldest = await waitUntil("its row", () =>
      world.store.collections.messages.findOne({ account: id, waId: `${form}-${contacts[0]?.id}-0` }),
    )
    expect(oldest).toMatchObject({ content: { text: "message 0" }, timestamp: new Date((now - 400 * dayS) * 1000) })
    await worker.stop()
  },
  60_000,
)

test("a worker that dies in the middle of the history loses none of it, and it is told once", async () => {
  const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: "history.after-conversation-before-next" })
  const linking = linkWithHistory("inline", 250).catch(() => undefined)
  expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
  const worker = await world.startWorker()
  const linked = await linking
  const [account] = await world.store.models.accounts.find().sort({ createdAt: -1 }).limit(1).lean()
  const id = linked?.id ?? account?._id ?? ""
  const event = await synced(id)
  expect(event.data).toMatchObject({ messages: 498, skipped: 2 })
  await waitUntil(
    "all messages",
    async () => (await world.store.collections.messages.countDocuments({ account: id })) === 498,
  )
  expect(await world.store.collections.chats.countDocuments({ account: id })).toBe(2)
  expect(await world.events("history.synced", id)).toHaveLength(1)
  await worker.stop()
})

test("an installation that wants no history stores chats and names alone", async () => {
  const worker = await world.startWorker({ HISTORY_DAYS: "0" })
  const { id, contacts } = await linkWithHistory("inline")
  expect((await synced(id)).data).toMatchObject({ messages: 0, skipped: 60, chats: 2 })
  await waitUntil("chats", async () => (await world.store.collections.chats.countDocuments({ account: id })) === 2)
  const chat = await world.store.collections.chats.findOne({ account: id, pn: contacts[0]?.pn ?? "" })
  expect(chat).toMatchObject({ name: contacts[0]?.name, last: null })
  expect(await world.store.collections.messages.countDocuments({ account: id })).toBe(0)
  await worker.stop()
})
