import { messageId, newId } from "@wildcat/shared/contracts"
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

async function log(account: AccountDoc, message: Partial<MessageDoc> = {}): Promise<MessageDoc> {
  const waId = newId("request")
  const doc = contactMessage(
    { tenant: account.tenant, account: account._id },
    {
      _id: messageId({ account: account._id, chat: contact.lid, author: contact.lid, waId, fromMe: false }),
      waId,
      chat: { jid: contact.lid, kind: "direct", ...contact },
      author: contact,
      ...message,
    },
  )
  await api.store.collections.messages.insertOne(doc)
  return doc
}

const list = async (account: AccountDoc, query = "") =>
  (await api.call("GET", `/v1/accounts/${account._id}/messages${query}`)).body
const idsOf = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id)
const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second))

test("queued sends stand among logged messages, newest first, and each message once", async () => {
  const account = await api.makeAccount({ status: "disconnected" })
  const old = await log(account, { timestamp: at(1) })
  const body = { to: contact.pn, content: { type: "text", text: "x" } }
  const sent = await api.call("POST", `/v1/accounts/${account._id}/messages?wait=false`, { body })
  expect(idsOf(await list(account))).toEqual([sent.body.id, old._id])
  const path = `/v1/accounts/${account._id}/messages/${sent.body.id}`
  expect((await api.call("GET", path)).body).toMatchObject({
    status: "queued",
    ack: 0,
    timeline: [{ status: "queued" }],
  })
  // What the pump does when WhatsApp has taken it, while the row is still there.
  await log(account, { _id: sent.body.id, fromMe: true, source: "api", status: "server_ack" })
  expect(idsOf(await list(account))).toEqual([sent.body.id, old._id])
  expect((await api.call("GET", path)).body).toMatchObject({ status: "server_ack", ack: 1 })
})

test("pages stay complete and without repetition while messages arrive, also at the same moment", async () => {
  const account = await api.makeAccount()
  const ids = new Set<string>()
  for (let index = 0; index < 25; index += 1)
    ids.add((await log(account, { timestamp: at(Math.floor(index / 10)) }))._id)
  const seen: string[] = []
  let cursor: string | null = ""
  while (cursor !== null) {
    const page: { items: { id: string }[]; nextCursor: string | null } = await list(
      account,
      `?limit=4${cursor && `&cursor=${cursor}`}`,
    )
    seen.push(...idsOf(page))
    cursor = page.nextCursor
    await log(account, { timestamp: at(100) })
  }
  expect(seen).toHaveLength(25)
  expect(new Set(seen)).toEqual(ids)
})

test("a chat is found under either name of the person; directions are told apart", async () => {
  const account = await api.makeAccount()
  const received = await log(account)
  const own = await log(account, { fromMe: true, status: "read", source: "phone" })
  await log(account, { chat: { jid: "120363000000000001@g.us", kind: "group", pn: null, lid: null } })
  for (const chat of ["+4915112345678", contact.lid]) {
    expect(new Set(idsOf(await list(account, `?chat=${encodeURIComponent(chat)}`)))).toEqual(
      new Set([received._id, own._id]),
    )
  }
  expect(idsOf(await list(account, "?direction=out"))).toEqual([own._id])
  expect(idsOf(await list(account, "?direction=in"))).not.toContain(own._id)
})

test("messages of another account or tenant are not there", async () => {
  const [mine, other] = [await api.makeAccount(), await api.makeAccount({ tenant: newId("tenant") })]
  const theirs = await log(other)
  expect(await list(mine)).toEqual({ items: [], nextCursor: null })
  const answer = await api.call("GET", `/v1/accounts/${mine._id}/messages/${theirs._id}`)
  expect(answer).toMatchObject({ status: 404, body: { field: "path.messageId" } })
})

test("the log never shows the raw message", async () => {
  const account = await api.makeAccount()
  const message = await log(account)
  const { body } = await api.call("GET", `/v1/accounts/${account._id}/messages/${message._id}`)
  expect(Object.keys(body)).not.toEqual(expect.arrayContaining(["raw"]))
  expect(body).toMatchObject({ id: message._id, account: account._id, chat: contact, status: null, ack: null })
  expect(body).not.toHaveProperty("tenant")
})
