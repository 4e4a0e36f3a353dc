import { messageId, newId } from "@wildcat/shared/contracts"
import type { MessageContent, StatusStep } from "@wildcat/shared/contracts"
import type { AccountDoc, MessageDoc } from "@wildcat/shared/store"
import { contactMessage } from "@wildcat/shared/testing"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const contact = { pn: "4915112345678@s.whatsapp.net", lid: "222222222222222@lid" }
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

async function log(account: AccountDoc, second: number, message: Partial<MessageDoc>): Promise<string> {
  const waId = newId("request")
  const _id = messageId({ account: account._id, chat: contact.lid, author: contact.lid, waId, fromMe: false })
  const said = { _id, waId, chat: { jid: contact.lid, kind: "direct" as const, ...contact }, author: contact }
  const doc = contactMessage(
    { tenant: account.tenant, account: account._id },
    { ...said, timestamp: at(second), createdAt: at(second), ...message },
  )
  await api.store.collections.messages.insertOne(doc)
  return _id
}

const say = (account: AccountDoc, second: number, content: MessageContent) => log(account, second, { content })
const find = async (account: AccountDoc, query: Record<string, string>) => {
  const path = `/v1/accounts/${account._id}/messages?${new URLSearchParams(query).toString()}`
  const { body } = await api.call("GET", path)
  return body.items.map(({ id }: { id: string }) => id)
}

test("words are found whole, in any case and accent, in every order, newest first", async () => {
  const account = await api.makeAccount()
  const order = await say(account, 1, { type: "text", text: "Größe L: the ORDER 4711, läuft!" })
  const picture = await say(account, 2, { type: "image", caption: "your order" })
  await say(account, 3, { type: "text", text: "reorder" })
  for (const q of ["order", "Order,", "ORDER"]) expect(await find(account, { q })).toEqual([picture, order])
  for (const q of ["4711 order", "order 4711", "große", "LAUFT", "the"])
    expect(await find(account, { q })).toEqual([order])
  for (const q of ["ord", "order -4711", "order 4712"]) expect(await find(account, { q })).not.toContain(picture)
})

test("captions, polls, cards, places and file names are searched; what was removed is not", async () => {
  const account = await api.makeAccount()
  const poll = await say(account, 1, { type: "poll", question: "Lunch", options: ["Soup", "Salad"], selectable: 1 })
  const card = await say(account, 2, { type: "contacts", contacts: [{ name: "Grace Hopper", vcard: "x" }] })
  const place = {
    type: "location",
    latitude: 1,
    longitude: 1,
    name: "Depot",
    address: "Harbour 1",
    live: false,
  } as const
  const location = await say(account, 3, place)
  expect(await find(account, { q: "salad" })).toEqual([poll])
  expect(await find(account, { q: "hopper" })).toEqual([card])
  expect(await find(account, { q: "depot harbour" })).toEqual([location])
  await api.store.collections.messages.updateOne({ _id: poll }, { $set: { content: { type: "revoked" } } })
  expect(await find(account, { q: "salad" })).toEqual([])
})

test("a search goes page by page, with the other filters, and sees nothing of another account", async () => {
  const [account, other] = [await api.makeAccount(), await api.makeAccount()]
  const ids: string[] = []
  for (let n = 0; n < 5; n += 1) ids.unshift(await say(account, n, { type: "text", text: `invoice ${n}` }))
  await say(other, 9, { type: "text", text: "invoice" })
  const first = await api.call("GET", `/v1/accounts/${account._id}/messages?q=invoice&limit=3`)
  const cursor = String(first.body.nextCursor)
  expect(first.body.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 3))
  expect(await find(account, { q: "invoice", limit: "3", cursor })).toEqual(ids.slice(3))
  expect(await find(account, { q: "invoice", direction: "out" })).toEqual([])
  expect(await find(account, { q: "invoice", chat: contact.pn, to: at(2).toISOString() })).toEqual(ids.slice(3))
})

test("a time range has its first moment and not its last, also of what is queued", async () => {
  const account = await api.makeAccount({ status: "disconnected" })
  const ids: string[] = []
  for (const second of [1, 2, 3]) ids.push(await say(account, second, { type: "text", text: "x" }))
  const sent = { to: contact.pn, content: { type: "text", text: "later" } }
  const queued = await api.call("POST", `/v1/accounts/${account._id}/messages?wait=false`, { body: sent })
  expect(await find(account, { from: at(2).toISOString(), to: at(3).toISOString() })).toEqual([ids[1]])
  expect(await find(account, { from: at(3).toISOString() })).toEqual([queued.body.id, ids[2]])
  expect(await find(account, { to: "2026-01-01T01:00:02+01:00" })).toEqual([ids[0]])
})

test("receipts are told by recipient; who read a message has got it", async () => {
  const account = await api.makeAccount()
  const [ada, ben] = [contact, { pn: null, lid: "333333333333333@lid" }]
  const step = (second: number, status: StatusStep["status"], recipient: StatusStep["recipient"] = null) => ({
    status,
    at: at(second).toISOString(),
    recipient,
  })
  const id = await log(account, 1, {
    fromMe: true,
    status: "read",
    chat: { jid: "120363000000000001@g.us", kind: "group", pn: null, lid: null },
    timeline: [step(1, "server_ack"), step(2, "delivered", ada), step(3, "read", ben), step(4, "read", ada)],
  })
  const { body } = await api.call("GET", `/v1/accounts/${account._id}/messages/${id}/receipts`)
  expect(body).toEqual({
    items: [
      { recipient: ada, deliveredAt: at(2).toISOString(), readAt: at(4).toISOString(), playedAt: null },
      { recipient: ben, deliveredAt: at(3).toISOString(), readAt: at(3).toISOString(), playedAt: null },
    ],
  })
  const direct = await log(account, 1, { fromMe: true, status: "played", timeline: [step(5, "played")] })
  const answer = await api.call("GET", `/v1/accounts/${account._id}/messages/${direct}/receipts`)
  const time = at(5).toISOString()
  expect(answer.body.items).toEqual([{ recipient: contact, deliveredAt: time, readAt: time, playedAt: time }])
})
