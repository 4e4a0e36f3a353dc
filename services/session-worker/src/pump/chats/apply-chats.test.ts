import { connectStore } from "@wildcat/shared/store"
import type { MessageDoc, Store } from "@wildcat/shared/store"
import { derivedId, newId } from "@wildcat/shared/contracts"
import { contactMessage, silentLog } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { chatOf } from "../../inbound/people.ts"
import { emptyEntry } from "../../log/entry.ts"
import type { Entry } from "../../log/entry.ts"
import { applyChats } from "./apply-chats.ts"
import { createKeptChats } from "./kept-chats.ts"

const place = isolated()
let store: Store
beforeAll(async () => {
  store = await connectStore({ mongoUrl: place.mongoUrl, database: place.database, name: "test", log: silentLog })
})
afterAll(async () => {
  await store.close()
  await place.cleanup()
})

const owner = { account: "", tenant: newId("tenant") }
beforeEach(() => {
  owner.account = newId("account")
})

const pn = "4915112345678@s.whatsapp.net"
const lid = "98765432101234@lid"
const unnamed = { lidOf: () => undefined, pnOf: () => undefined }
const named = { lidOf: () => "98765432101234", pnOf: () => "4915112345678" }

type Row = { n: number; entry: Entry }
const row = (n: number, entry: Partial<Entry>): Row => ({ n, entry: { ...emptyEntry(), ...entry } })

function message(second: number, jid: string, fields: Partial<MessageDoc> = {}): MessageDoc {
  const chat = chatOf(unnamed, jid)
  return contactMessage(owner, {
    _id: derivedId("message", owner.account, jid, String(second)),
    waId: `W${second}`,
    chat,
    author: { pn: chat.pn, lid: chat.lid },
    timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, second)),
    content: { type: "text", text: `message ${second}` },
    ...fields,
  })
}

const chats = () => store.collections.chats.find({ account: owner.account }).toArray()
const isMapped = { "lid-mapping": { "4915112345678": "98765432101234", "98765432101234_reverse": "4915112345678" } }

test("rows that are applied again, all or some of them, count nothing twice", async () => {
  const rows = [
    row(1, { messages: [message(1, pn), message(2, pn)] }),
    row(2, { chats: [{ chat: chatOf(unnamed, pn), at: new Date(), readUpTo: message(2, pn).timestamp }] }),
    row(3, { messages: [message(3, pn), message(4, pn)] }),
  ]
  await applyChats(store, owner, rows.slice(0, 2))
  expect(await chats()).toMatchObject([{ unread: 0, n: 2 }])
  await applyChats(store, owner, rows)
  const after = await chats()
  expect(after).toMatchObject([{ unread: 2, n: 3, last: { content: { text: "message 4" } }, pushName: "Ada" }])
  for (const again of [rows, rows.slice(1), rows.slice(0, 1)]) await applyChats(store, owner, again)
  expect(await chats()).toEqual(after)
})

test("a chat under the number and one under the LID become one when it is known that they are one person's", async () => {
  const rows = [row(1, { messages: [message(1, pn)] }), row(2, { messages: [message(2, lid), message(3, lid)] })]
  await applyChats(store, owner, rows)
  expect(await chats()).toHaveLength(2)
  const learned = row(3, { state: isMapped })
  await applyChats(store, owner, [learned])
  const merged = { pn, lid, jid: pn, unread: 3, last: { content: { text: "message 3" } } }
  expect(await chats()).toMatchObject([merged])
  await applyChats(store, owner, [...rows, learned])
  expect(await chats()).toMatchObject([merged])
  await applyChats(store, owner, [row(4, { messages: [message(5, lid, { chat: chatOf(named, lid) })] })])
  expect(await chats()).toMatchObject([{ ...merged, unread: 4, last: { content: { text: "message 5" } } }])
})

test("two chats that a message with both names unites count as one, also when the write broke off in the middle", async () => {
  const rows = [
    row(1, { messages: [message(1, pn)] }),
    row(2, { messages: [message(2, lid)] }),
    row(3, { messages: [message(3, pn, { chat: chatOf(named, pn) })] }),
  ]
  await applyChats(store, owner, rows.slice(0, 2))
  const before = await chats()
  await applyChats(store, owner, rows)
  const [united] = await chats()
  expect(united).toMatchObject({ pn, lid, unread: 3, n: 3 })
  // The one that went is there again: its removal was not written.
  await store.collections.chats.insertMany(before.filter(({ _id }) => _id !== united?._id))
  await applyChats(store, owner, rows)
  expect(await chats()).toMatchObject([{ _id: united?._id, unread: 3, n: 3 }])
})

test("a clearing leaves what came after it, and makes no chat where there is none", async () => {
  const clear = (second: number) => ({
    chats: [
      {
        chat: chatOf(unnamed, pn),
        at: new Date(),
        clearedUpTo: message(second, pn).timestamp,
        onlyIfThere: true as const,
      },
    ],
  })
  await applyChats(store, owner, [row(1, clear(1))])
  expect(await chats()).toEqual([])
  await applyChats(store, owner, [row(2, { messages: [message(1, pn), message(5, pn)] }), row(3, clear(3))])
  expect(await chats()).toMatchObject([{ last: { content: { text: "message 5" } } }])
  await applyChats(store, owner, [row(4, clear(9))])
  expect(await chats()).toMatchObject([{ last: null, unread: 0 }])
})

test("whoever has neither a number nor a LID has a chat, too", async () => {
  const bots = ["13135550002@bot", "13135550003@bot"]
  for (const [index, bot] of [...bots, ...bots].entries()) {
    await applyChats(store, owner, [row(index + 1, { messages: [message(index, bot)] })])
  }
  expect(
    (await chats()).map(({ jid, unread }) => [jid, unread]).toSorted(([a], [b]) => String(a).localeCompare(String(b))),
  ).toEqual(bots.map((bot) => [bot, 2]))
})

test("the status feed is no chat; whoever writes on the phone has read", async () => {
  await applyChats(store, owner, [
    row(1, {
      messages: [message(1, "status@broadcast"), message(2, pn), message(3, pn, { fromMe: true, source: "api" })],
    }),
  ])
  expect(await chats()).toMatchObject([{ kind: "direct", unread: 1 }])
  await applyChats(store, owner, [row(2, { messages: [message(4, pn, { fromMe: true, source: "phone" })] })])
  expect(await chats()).toMatchObject([{ unread: 0, last: { fromMe: true } }])
})

test("of two owners that keep the chats they wrote, the one that was overtaken counts nothing twice and loses nothing", async () => {
  const [former, present] = [createKeptChats(owner), createKeptChats(owner)]
  const rows = [1, 2, 3, 4].map((n) => row(n, { messages: [message(n, pn)] }))
  await applyChats(store, owner, rows.slice(0, 1), former)
  await applyChats(store, owner, rows.slice(0, 3), present)
  // The former one wakes up, and knows nothing of the third row.
  await applyChats(store, owner, rows.slice(1, 2), former)
  expect(await chats()).toMatchObject([{ unread: 3, n: 3, last: { content: { text: "message 3" } } }])
  await applyChats(store, owner, rows.slice(3), present)
  expect(await chats()).toMatchObject([{ unread: 4, n: 4, last: { content: { text: "message 4" } } }])
})

test("chats that are kept become one as those that are read do", async () => {
  const kept = createKeptChats(owner)
  await applyChats(store, owner, [row(1, { messages: [message(1, pn)] })], kept)
  await applyChats(store, owner, [row(2, { messages: [message(2, lid)] })], kept)
  await applyChats(store, owner, [row(3, { state: isMapped })], kept)
  await applyChats(store, owner, [row(4, { messages: [message(3, lid, { chat: chatOf(named, lid) })] })], kept)
  expect(await chats()).toMatchObject([{ pn, lid, unread: 3, n: 4 }])
})
