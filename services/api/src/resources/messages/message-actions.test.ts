import { Binary } from "mongodb"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import type { MessageContent, OutboundContent } from "@wildcat/shared/contracts"
import type { AccountDoc, MessageDoc, OutboxDoc } from "@wildcat/shared/store"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
let account: AccountDoc
beforeAll(async () => {
  api = await startTestApi()
  account = await api.makeAccount()
  await api.serve(account._id, {})
})
afterAll(() => api.stop())

const ann = { pn: "4915112345678@s.whatsapp.net", lid: "98765432101234@lid" }
const chat = { jid: ann.pn, kind: "direct" as const, ...ann }
const group = { jid: "120363000000000001@g.us", kind: "group" as const, pn: null, lid: null }
const me = { pn: "4915100000001@s.whatsapp.net", lid: "100000000000001@lid" }
const at = new Date("2026-11-24T10:00:00Z")

async function said(fields: Partial<MessageDoc> & { content: MessageContent }): Promise<MessageDoc> {
  const fromMe = fields.fromMe ?? true
  const doc: MessageDoc = {
    _id: newId("message"),
    tenant: api.tenant,
    account: account._id,
    waId: newId("request"),
    chat,
    author: fromMe ? me : ann,
    authorName: null,
    fromMe,
    source: fromMe ? "api" : "contact",
    timestamp: new Date(),
    media: null,
    quoted: null,
    mentions: [],
    status: fromMe ? "server_ack" : null,
    timeline: [],
    error: null,
    raw: new Binary(Buffer.from("raw")),
    createdAt: new Date(),
    ...fields,
  }
  await api.store.collections.messages.insertOne(doc)
  return doc
}

const text = (words: string) => ({ type: "text" as const, text: words })
const path = (rest = "") => `/v1/accounts/${account._id}/messages${rest}`
const send = (body: object) => api.call("POST", path("?wait=false"), { body })
const rowOf = async (id: string): Promise<OutboxDoc | null> => api.store.collections.outbox.findOne({ _id: id })

test.each<[content: (message: string) => object, kind: string]>([
  [(message) => ({ type: "reaction", message, emoji: "👍" }), "reaction"],
  [(message) => ({ type: "edit", message, text: "hello" }), "edit"],
  [(message) => ({ type: "delete", message }), "delete"],
  [(message) => ({ type: "pin", message, days: 30 }), "pin"],
  [(message) => ({ type: "unpin", message }), "unpin"],
])("what is done to a message is queued for its chat, which need not be named", async (content) => {
  const message = await said({ content: text("helo") })
  const wanted = content(message._id)
  const answer = await send({ content: wanted })
  expect(answer).toMatchObject({ status: 202, body: { status: "queued", content: wanted, chat: { jid: ann.pn } } })
  expect(await rowOf(answer.body.id)).toMatchObject({ to: ann.pn, content: wanted, quoted: null })
  const byLid = await send({ to: ann.lid, content: wanted })
  expect(await rowOf(byLid.body.id)).toMatchObject({ to: ann.lid })
  const listed = await api.call("GET", path("?limit=100"))
  expect(listed.body.items.map(({ id }: { id: string }) => id)).not.toContain(answer.body.id)
})

test("a message of another account, or an action, is no message to act on", async () => {
  const other = await api.makeAccount()
  const strange = await said({ account: other._id, content: text("not yours") })
  const reaction = await send({
    content: { type: "reaction", message: (await said({ content: text("x") }))._id, emoji: "👍" },
  })
  for (const message of [strange._id, reaction.body.id]) {
    const answer = await send({ content: { type: "reaction", message, emoji: "👍" } })
    expect(answer).toMatchObject({ status: 404, body: { code: "not_found", field: "content.message" } })
    const forwarded = await send({ to: "+4915112345678", content: { type: "forward", message } })
    expect(forwarded).toMatchObject({ status: 404, body: { field: "content.message" } })
  }
})

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000)
const poll = { type: "poll" as const, question: "?", options: ["a", "b"], selectable: 1 }

test.each<
  [
    why: string,
    message: Partial<MessageDoc> & { content: MessageContent },
    content: Record<string, unknown>,
    status: number,
    field: string,
  ]
>([
  [
    "an edit after a quarter of an hour",
    { content: text("x"), timestamp: minutesAgo(16) },
    { type: "edit", text: "y" },
    409,
    "content.message",
  ],
  ["an edit of another's", { content: text("x"), fromMe: false }, { type: "edit", text: "y" }, 409, "content.message"],
  [
    "an edit of what has no words",
    { content: { type: "sticker" } },
    { type: "edit", text: "y" },
    409,
    "content.message",
  ],
  [
    "a caption that is too long",
    { content: { type: "image", caption: "x" } },
    { type: "edit", text: "y".repeat(1025) },
    400,
    "content.text",
  ],
  [
    "a removal of another's in a direct chat",
    { content: text("x"), fromMe: false },
    { type: "delete" },
    409,
    "content.message",
  ],
  [
    "anything with a removed message",
    { content: { type: "revoked" }, revoked: { by: me, at } },
    { type: "reaction", emoji: "👍" },
    409,
    "content.message",
  ],
  ["a vote in what is no poll", { content: text("x") }, { type: "vote", options: [] }, 409, "content.message"],
  ["a vote for what is no answer", { content: poll }, { type: "vote", options: ["a", "c"] }, 400, "content.options.1"],
  ["more votes than allowed", { content: poll }, { type: "vote", options: ["a", "b"] }, 400, "content.options"],
  ["another chat", { content: text("x") }, { to: "+4915199999999", type: "pin" }, 400, "to"],
  ["a quote", { content: text("x") }, { quoted: { messageId: newId("message") }, type: "pin" }, 400, "quoted"],
])("%s is refused, naming the field", async (_why, message, { to, quoted, ...content }, status, field) => {
  const { _id } = await said(message)
  const answer = await send({
    ...(to ? { to } : {}),
    ...(quoted ? { quoted } : {}),
    content: { ...content, message: _id },
  })
  expect(answer).toMatchObject({ status, body: { field } })
})

test("an admin's removal of another's message in a group is queued", async () => {
  const { _id: message } = await said({ content: text("spam"), fromMe: false, chat: group })
  const answer = await api.call("DELETE", path(`/${message}?for=everyone`))
  expect(answer).toMatchObject({ status: 201, body: { content: { type: "delete", message } } })
  expect(await rowOf(answer.body.id)).toMatchObject({ to: group.jid })
})

test("the short routes are the same sends", async () => {
  const { _id: message } = await said({ content: text("helo") })
  const reaction = await api.call("PUT", path(`/${message}/reaction`), { body: { emoji: "🎉" } })
  const none = await api.call("DELETE", path(`/${message}/reaction`))
  const edit = await api.call("PATCH", path(`/${message}`), { body: { text: "hello" } })
  expect([reaction, none, edit].map(({ body }) => body.content)).toEqual([
    { type: "reaction", message, emoji: "🎉" },
    { type: "reaction", message, emoji: "" },
    { type: "edit", message, text: "hello" },
  ])
})

async function queue(content: OutboundContent): Promise<string> {
  const answer = await send({ to: ann.pn, content, sendAt: new Date(Date.now() + 3_600_000).toISOString() })
  expect(answer.status).toBe(202)
  return answer.body.id
}

test("an edit of a message that waits changes it where it waits, if its worker has not taken it", async () => {
  const asked: unknown[] = []
  const serving = await api.makeAccount()
  const revised = { status: "queued" as "queued" | "sending" }
  await api.serve(serving._id, {
    "message.revise": async (request) => {
      asked.push(request)
      return revised
    },
  })
  account = serving
  const id = await queue(text("helo"))
  const answer = await api.call("PATCH", path(`/${id}`), { body: { text: "hello" } })
  expect(answer).toMatchObject({ status: 202, body: { id, status: "queued", content: text("hello") } })
  expect(asked).toEqual([{ message: id, revision: 1 }])
  expect(await rowOf(id)).toMatchObject({ content: text("hello"), status: "queued" })

  revised.status = "sending"
  const late = await api.call("PATCH", path(`/${id}`), { body: { text: "hello!" } })
  expect(late.body).toMatchObject({ content: { type: "edit", message: id, text: "hello!" } })
  expect(late.body.id).not.toBe(id)

  const reaction = await send({ content: { type: "reaction", message: id, emoji: "👍" } })
  expect(reaction).toMatchObject({ status: 409, body: { code: "conflict", field: "content.message" } })
})

test("an edit of a message that waits in an account without a worker changes it", async () => {
  account = await api.makeAccount()
  const id = await queue(text("helo"))
  const answer = await api.call("PATCH", path(`/${id}`), { body: { text: "hello" } })
  expect(answer).toMatchObject({ status: 202, body: { id, content: text("hello") } })
})

test("the removal of a message that waits cancels it", async () => {
  account = await api.makeAccount()
  await api.serve(account._id, { "message.cancel": async () => ({ status: "cancelled" }) })
  const id = await queue(text("never"))
  const answer = await api.call("DELETE", path(`/${id}?for=everyone`))
  expect(answer).toMatchObject({ status: 202, body: { id, status: "cancelled" } })
})

test("a message shows what was done to it, and a poll its results", async () => {
  account = await api.makeAccount()
  const message = await said({
    content: text("hello"),
    reactions: [
      { by: ann, at, emoji: "👍" },
      { by: me, at, emoji: "" },
    ],
    editedAt: at,
    edits: [{ content: text("helo"), at }],
    pin: { by: ann, at, until: new Date(Date.now() + 60_000) },
  })
  const shown = await api.call("GET", path(`/${message._id}`))
  expect(shown.body).toMatchObject({
    reactions: [{ by: ann, emoji: "👍", at: at.toISOString() }],
    editedAt: at.toISOString(),
    edits: [{ content: text("helo"), at: at.toISOString() }],
    revoked: null,
    pinned: { by: ann },
  })
  expect(shown.body.reactions).toHaveLength(1)
  const votes = [
    { by: ann, at, options: ["b"] },
    { by: me, at, options: [] },
  ]
  const { _id } = await said({ content: poll, votes })
  const results = await api.call("GET", path(`/${_id}/poll`))
  expect(results.body).toEqual({
    message: _id,
    question: "?",
    selectable: 1,
    options: [
      { option: "a", votes: 0, voters: [] },
      { option: "b", votes: 1, voters: [{ person: ann, at: at.toISOString() }] },
    ],
    voters: 1,
  })
  expect(await api.call("GET", path(`/${message._id}/poll`))).toMatchObject({
    status: 404,
    body: { code: "not_found" },
  })
})
