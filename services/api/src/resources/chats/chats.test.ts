import { newId } from "@wildcat/shared/contracts"
import type { ChatDoc } from "@wildcat/shared/store"
import { contactMessage } from "@wildcat/shared/testing"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { Parsed, TestApi } from "../../testing/test-api.ts"

let api: TestApi
let account: string
beforeAll(async () => {
  api = await startTestApi()
  account = (await api.makeAccount())._id
})
afterAll(() => api.stop())

async function makeChat(chat: Partial<ChatDoc> = {}): Promise<ChatDoc> {
  const now = new Date()
  const doc: ChatDoc = {
    _id: newId("chat"),
    tenant: api.tenant,
    account,
    jid: "4915112345678@s.whatsapp.net",
    kind: "direct",
    pn: "4915112345678@s.whatsapp.net",
    lid: "98765432101234@lid",
    name: null,
    pushName: "Ada",
    last: null,
    lastInAt: null,
    unread: 0,
    readAt: null,
    markedUnread: false,
    archived: false,
    pinnedAt: null,
    mutedUntil: null,
    ephemeralSeconds: 0,
    deleted: false,
    activityAt: now,
    n: 1,
    absorbed: [],
    createdAt: now,
    updatedAt: now,
    ...chat,
  }
  await api.store.collections.chats.insertOne(doc)
  return doc
}

const group = (n: number) => ({ jid: `12036300000000000${n}@g.us`, kind: "group", pn: null, lid: null }) as const

test("a chat is found under each of its names and in every form of an address", async () => {
  const { _id } = await makeChat()
  for (const name of [
    "+49 151 1234-5678",
    "4915112345678@c.us",
    "4915112345678@s.whatsapp.net",
    "98765432101234@lid",
  ]) {
    const answer = await api.call("GET", `/v1/accounts/${account}/chats/${encodeURIComponent(name)}`)
    expect(answer.body).toMatchObject({ id: _id, pushName: "Ada", chat: { lid: "98765432101234@lid" } })
  }
  const stranger = await api.makeKey({ tenant: newId("tenant") })
  const other = await api.call("GET", `/v1/accounts/${account}/chats/98765432101234@lid`, { key: stranger })
  expect(other.status).toBe(404)
})

test("chats are listed by their last activity, page by page, and filtered", async () => {
  account = (await api.makeAccount())._id
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))
  const made = [
    await makeChat({ activityAt: at(1) }),
    await makeChat({ ...group(1), activityAt: at(3), archived: true }),
    await makeChat({ ...group(2), activityAt: at(2), unread: 2 }),
    await makeChat({ ...group(3), activityAt: at(2), markedUnread: true }),
    await makeChat({ ...group(4), activityAt: at(9), deleted: true }),
  ]
  const inOrder = [
    made[1],
    ...[made[2], made[3]].toSorted((a, b) => ((a?._id ?? "") < (b?._id ?? "") ? 1 : -1)),
    made[0],
  ]
  const ids = ({ body }: { body: Parsed }) => body.items.map((item: Parsed) => item.id)
  const first = await api.call("GET", `/v1/accounts/${account}/chats?limit=2`)
  const second = await api.call("GET", `/v1/accounts/${account}/chats?limit=2&cursor=${first.body.nextCursor}`)
  expect([...ids(first), ...ids(second)]).toEqual(inOrder.map((chat) => chat?._id))
  expect(second.body.nextCursor).toBeNull()
  const filtered = async (query: string) => ids(await api.call("GET", `/v1/accounts/${account}/chats?${query}`)).length
  expect(await filtered("archived=true")).toBe(1)
  expect(await filtered("archived=false")).toBe(3)
  expect(await filtered("unread=true")).toBe(2)
  expect(await filtered("unread=false")).toBe(2)
  expect(await filtered("kind=group&archived=false")).toBe(2)
})

test("what is not named in a change is not ordered; muting for good has a time that never comes", async () => {
  account = (await api.makeAccount())._id
  const { jid } = await makeChat()
  const orders: unknown[] = []
  const serving = await api.serve(account, {
    "chat.change": async (request) => {
      orders.push(request)
      return { changed: {} }
    },
    "chat.read": async () => {
      orders.push("read")
      return { messages: 0 }
    },
  })
  const path = `/v1/accounts/${account}/chats/98765432101234@lid`
  expect((await api.call("PATCH", path, { body: { muted: true, archived: true } })).status).toBe(200)
  expect((await api.call("PATCH", path, { body: { read: true } })).status).toBe(200)
  expect((await api.call("PATCH", path, { body: { read: false, pinned: false } })).status).toBe(200)
  expect(orders).toEqual([
    { chat: jid, archived: true, mutedUntil: "9999-12-31T23:59:59.000Z" },
    "read",
    { chat: jid, pinned: false, markedUnread: true },
  ])
  serving.stop()
})

test("messages of a chat are found under the name that was not known when they came", async () => {
  account = (await api.makeAccount())._id
  const { pn } = await makeChat()
  const chat = { jid: String(pn), kind: "direct", pn, lid: null } as const
  const message = contactMessage({ tenant: api.tenant, account }, { chat, author: { pn, lid: null } })
  await api.store.collections.messages.insertOne(message)
  const { body } = await api.call("GET", `/v1/accounts/${account}/messages?chat=98765432101234@lid`)
  expect(body.items.map((item: Parsed) => item.id)).toEqual([message._id])
})
