import { createServer } from "node:http"
import type { ServerResponse } from "node:http"
import { nudge } from "@wildcat/shared/bus"
import { MessageStatus, WildcatError, messageId, newId, reasonOf } from "@wildcat/shared/contracts"
import type { CommandRequest } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { startReceiver } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { png, startTestApi } from "../../testing/test-api.ts"
import type { Parsed, TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({ MEDIA_BYTES_MAX: "200000", MEDIA_FETCH_MS: "2000" })
})
afterAll(() => api.stop())

const text = { to: "+49 151 1234-5678", content: { type: "text", text: "Hello" } }
const send = (account: AccountDoc, body: unknown = text, query = "", headers = {}) =>
  api.call("POST", `/v1/accounts/${account._id}/messages${query}`, { body, headers })
const rowsOf = (account: AccountDoc) => api.store.collections.outbox.find({ account: account._id }).toArray()

test("a send is in the outbox before its command, under ids that fit together, and is answered 201 when WhatsApp has it", async () => {
  const account = await api.makeAccount()
  const seen: unknown[] = []
  const worker = await api.serve(account._id, {
    "message.send": async (request) => {
      seen.push(request, await api.store.collections.outbox.findOne({ _id: request.message }))
      return { status: "server_ack" }
    },
  })
  const { status, body } = await send(account)
  expect(status).toBe(201)
  expect(body.waId).toMatch(/^3EB0[0-9A-F]{18}$/)
  const to = "4915112345678@s.whatsapp.net"
  expect(body.id).toBe(messageId({ account: account._id, chat: to, author: "", waId: body.waId, fromMe: true }))
  expect(body).toMatchObject({
    status: "server_ack",
    ack: 1,
    fromMe: true,
    source: "api",
    chat: { jid: to, kind: "direct" },
    author: account.me,
  })
  expect(seen).toEqual([
    { message: body.id, wait: true },
    expect.objectContaining({
      _id: body.id,
      tenant: api.tenant,
      waId: body.waId,
      to,
      status: "queued",
      quoted: null,
      content: text.content,
    }),
  ])
  worker.stop()
})

test.each(["queued", "sending", "failed", "unknown"] as const)(
  "an outcome of %s is answered 202 with it",
  async (status) => {
    const account = await api.makeAccount()
    const worker = await api.serve(account._id, { "message.send": async () => ({ status }) })
    expect(await send(account)).toMatchObject({ status: 202, body: { status: MessageStatus.parse(status) } })
    worker.stop()
  },
)

test("without an owner, with one that refuses, or one that knows no such command, a send is stored and answered 202", async () => {
  const alone = await api.makeAccount({ status: "disconnected", reason: reasonOf("connection_lost") })
  const refused = await api.makeAccount()
  const worker = await api.serve(refused._id, {
    "message.send": async () => {
      throw new WildcatError("internal")
    },
  })
  for (const account of [alone, refused]) {
    expect(await send(account)).toMatchObject({ status: 202, body: { status: "queued", ack: 0 } })
    expect(await rowsOf(account)).toHaveLength(1)
  }
  worker.stop()
})

test("wait=false is answered 202 at once, and the owner is told", async () => {
  const account = await api.makeAccount()
  const told = Promise.withResolvers<{ wait: boolean }>()
  const worker = await api.serve(account._id, {
    "message.send": (request) => {
      told.resolve(request)
      return new Promise(() => undefined)
    },
  })
  expect(await send(account, text, "?wait=false")).toMatchObject({ status: 202, body: { status: "queued" } })
  expect(await told.promise).toMatchObject({ wait: false })
  worker.stop()
})

test.each([
  ["stopped", { desired: "stopped" }, "account_not_running"],
  ["never linked", { me: null, status: "created" }, "account_not_linked"],
  ["never linked, connecting", { me: null, status: "connecting" }, "account_not_linked"],
  ["showing a QR code", { status: "qr" }, "account_not_linked"],
  ["logged out", { status: "logged_out", reason: reasonOf("logged_out_by_phone") }, "account_not_linked"],
  ["failed", { status: "failed", reason: reasonOf("banned") }, "account_not_linked"],
  ["disconnected until a person acts", { status: "disconnected", reason: reasonOf("replaced") }, "account_not_linked"],
] as const)("an account that is %s refuses sends, and nothing is stored", async (_what, state, code) => {
  const account = await api.makeAccount(state)
  expect(await send(account)).toMatchObject({ status: 409, body: { code } })
  expect(await rowsOf(account)).toEqual([])
})

test.each([
  ["connecting", { status: "connecting" }],
  ["disconnected for a while", { status: "disconnected", reason: reasonOf("connection_timed_out") }],
  ["started again after a stop", { status: "disconnected", reason: reasonOf("stopped") }],
] as const)("an account that is %s takes sends", async (_what, state) => {
  const account = await api.makeAccount(state)
  expect(await send(account)).toMatchObject({ status: 202, body: { status: "queued" } })
})

test("a deleted account is not found", async () => {
  expect(await send(await api.makeAccount({ desired: "deleted" }))).toMatchObject({ status: 404 })
})

test("the same Idempotency-Key sends once, also when the calls come together", async () => {
  const account = await api.makeAccount()
  let commands = 0
  const worker = await api.serve(account._id, {
    "message.send": async () => {
      commands += 1
      await new Promise((resolve) => setTimeout(resolve, 300))
      return { status: "server_ack" }
    },
  })
  const headers = { "idempotency-key": newId("request") }
  const answers = await Promise.all(Array.from({ length: 5 }, () => send(account, text, "", headers)))
  answers.push(await send(account, text, "", headers))
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(201))
  expect(answers.filter(({ headers }) => headers.get("idempotency-replayed") === "true")).toHaveLength(5)
  expect(await rowsOf(account)).toHaveLength(1)
  expect(commands).toBe(1)
  const other = await send(account, { ...text, content: { type: "text", text: "Bye" } }, "", headers)
  expect(other).toMatchObject({
    status: 422,
    body: { code: "idempotency_key_reused", field: "header.idempotency-key" },
  })
  worker.stop()
})

test("a send travels with its order, as it was stored, once the owner has given a ticket", async () => {
  const account = await api.makeAccount()
  const seen: CommandRequest<"message.send">["written"][] = []
  const worker = await api.serve(account._id, {
    "message.send": async ({ written }) => {
      seen.push(written)
      return { status: "server_ack", ticket: `ticket ${seen.length}` }
    },
  })
  await send(account)
  const { body } = await send(account)
  // What its content does not say the owner reads itself.
  await send(account, { ...text, typing: true })
  await send(account, { ...text, sendAt: new Date(Date.now() + 60_000).toISOString() })
  await expect.poll(() => seen.length).toBe(4)
  expect(seen.map((written) => written?.ticket)).toEqual([undefined, "ticket 1", undefined, undefined])
  expect(await api.store.collections.outbox.findOne({ _id: body.id })).toMatchObject({ ...seen[1]?.row })
  worker.stop()
})

test("a message is answered as its owner tells it, and shown so, whatever is stored by then", async () => {
  const account = await api.makeAccount()
  const { collections } = api.store
  const at = new Date().toISOString()
  const timeline = [{ status: "server_ack" as const, at, recipient: null }]
  const worker = await api.serve(account._id, {
    "message.send": async ({ message: id }) => {
      const row = await collections.outbox.findOne({ _id: id })
      const chat = { jid: row?.to ?? "", kind: "direct" as const, pn: row?.to ?? "", lid: "1@lid" }
      const said = { content: { type: "text" as const, text: "Hello" }, media: null, quoted: null, mentions: [] }
      const from = { author: { pn: null, lid: null }, authorName: null, fromMe: true, source: "api" as const }
      const view = { id, waId: row?.waId ?? "", chat, ...from, timestamp: at, ...said }
      return { status: "server_ack", sent: { view, timeline } }
    },
    "message.settle": async () => {
      await collections.outbox.updateMany({ account: account._id }, { $set: { status: "server_ack" } })
      return {}
    },
  })
  const { status, body } = await send(account)
  expect(status).toBe(201)
  expect(body).toMatchObject({ status: "server_ack", ack: 1, timeline, chat: { lid: "1@lid" }, queue: null })
  expect(await rowsOf(account)).toMatchObject([{ status: "queued" }])
  const shown = await api.call("GET", `/v1/accounts/${account._id}/messages/${body.id}`)
  expect(shown.body.status).toBe("server_ack")
  worker.stop()
})

test("an account that another process has stopped refuses sends, also when it has sent a moment ago", async () => {
  const account = await api.makeAccount()
  expect(await send(account)).toMatchObject({ status: 202 })
  await api.store.models.accounts.updateOne({ _id: account._id }, { desired: "stopped" })
  nudge(api.bus, api.bus.subjects.accountsNudge)
  await expect.poll(async () => (await send(account)).body.code).toBe("account_not_running")
})

test("without an Idempotency-Key the same body is another message", async () => {
  const account = await api.makeAccount()
  const [first, second] = [await send(account), await send(account)]
  expect(first.body.id).not.toBe(second.body.id)
})

test("a refused send does not use up its key", async () => {
  const account = await api.makeAccount({ desired: "stopped" })
  const headers = { "idempotency-key": newId("request") }
  expect(await send(account, text, "", headers)).toMatchObject({ status: 409 })
  await api.store.models.accounts.updateOne({ _id: account._id }, { desired: "running" })
  expect(await send(account, text, "", headers)).toMatchObject({ status: 202 })
})

test("a reply names the message of the account, and shows whom it quotes", async () => {
  const account = await api.makeAccount()
  const first = await send(account)
  const reply = await send(account, { ...text, quoted: { messageId: first.body.id } })
  expect(reply.body.quoted.waId).toBe(first.body.waId)
  const other = await api.makeAccount()
  expect(await send(other, { ...text, quoted: { messageId: first.body.id } })).toMatchObject({
    status: 400,
    body: { field: "quoted.messageId" },
  })
})

const caption = "Our menu"
const image = (media: unknown) => ({ to: text.to, content: { type: "image", caption, media } })

async function expectImage(body: Parsed) {
  expect(body).toMatchObject({
    content: { type: "image", caption },
    media: { kind: "image", mimetype: "image/png", bytes: png.length, status: "stored" },
  })
  expect(await api.store.media.find(body.media.id)).toMatchObject({ tenant: api.tenant, mimetype: "image/png" })
}

test("an image as base64 is stored, whatever type it claims", async () => {
  const account = await api.makeAccount()
  const { status, body } = await send(account, image({ base64: png.toString("base64"), mimetype: "image/jpeg" }))
  expect(status).toBe(202)
  await expectImage(body)
})

test("an image as a file of a form is stored once per key", async () => {
  const account = await api.makeAccount()
  const headers = { "idempotency-key": newId("request") }
  const call = () => {
    const raw = new FormData()
    raw.append("message", JSON.stringify({ to: text.to, content: { type: "image", caption } }))
    raw.append("file", new Blob([new Uint8Array(png)], { type: "image/png" }), "menu.png")
    return api.call("POST", `/v1/accounts/${account._id}/messages`, { raw, headers })
  }
  const [first, second] = [await call(), await call()]
  expect(second.body).toEqual(first.body)
  await expectImage(first.body)
  const staged = () => api.store.db.collection("media.files").countDocuments({ "metadata.media": /^staged/ })
  // What the repeated call brought is discarded after its answer.
  await expect.poll(staged, { timeout: 60_000 }).toBe(0)
})

test("an image that was uploaded before is sent by its id", async () => {
  const account = await api.makeAccount()
  const upload = await api.call("POST", "/v1/media", { raw: png, headers: { "content-type": "image/png" } })
  const { body } = await send(account, image({ id: upload.body.id }))
  await expectImage(body)
  expect(body.media.id).toBe(upload.body.id)
})

test("every kind that needs no file is queued as it was given", async () => {
  const account = await api.makeAccount()
  const location = { type: "location", latitude: 52.5, longitude: 13.4, name: "Berlin" }
  const contacts = { type: "contacts", contacts: [{ name: "Ada", phone: "+491512345678" }] }
  const poll = { type: "poll", question: "Lunch?", options: ["Soup", "Salad"] }
  for (const content of [location, contacts, poll]) await send(account, { to: text.to, content })
  expect((await rowsOf(account)).map((row) => row.content)).toEqual([location, contacts, poll])
})

test("a document that does not tell what it is goes out under the type and name it was given", async () => {
  const account = await api.makeAccount()
  const media = { base64: btoa("a;b\n1;2\n"), mimetype: "text/csv" }
  const { body } = await send(account, { to: text.to, content: { type: "document", fileName: "sums.csv", media } })
  expect(body).toMatchObject({
    content: { type: "document", caption: null },
    media: { kind: "document", mimetype: "text/csv", fileName: "sums.csv", bytes: 8, status: "stored" },
  })
})

test("media of another tenant cannot be sent", async () => {
  const key = await api.makeKey({ tenant: newId("tenant") })
  const upload = await api.call("POST", "/v1/media", { key, raw: png, headers: { "content-type": "image/png" } })
  const answer = await send(await api.makeAccount(), image({ id: upload.body.id }))
  expect(answer).toMatchObject({ status: 404, body: { field: "content.media.id" } })
})

test("an image by URL is fetched, over redirects that are each checked", async () => {
  const account = await api.makeAccount()
  const server = await startReceiver()
  server.behave((request, response) => {
    const hop = Number(new URL(request.path, server.url).searchParams.get("hop"))
    if (hop > 0) response.writeHead(302, { location: `/x?hop=${hop - 1}` }).end()
    else response.writeHead(200, { "content-type": "text/plain" }).end(png)
  })
  await expectImage((await send(account, image({ url: `${server.url}?hop=3` }))).body)
  const tooMany = await send(account, image({ url: `${server.url}?hop=4` }))
  expect(tooMany).toMatchObject({ status: 422, body: { code: "media_not_fetched", field: "content.media.url" } })
  await server.stop()
})

test.each([
  [
    "redirects to a private address",
    (response) => response.writeHead(302, { location: "http://10.0.0.1/" }).end(),
    "address_not_allowed",
  ],
  [
    "redirects to another scheme",
    (response) => response.writeHead(302, { location: "file:///etc/passwd" }).end(),
    "media_not_fetched",
  ],
  ["answers an error", (response) => response.writeHead(500).end(), "media_not_fetched"],
  ["gives no image", (response) => response.end("<html>"), "media_not_fetched"],
  ["gives nothing", (response) => response.end(), "media_not_fetched"],
  [
    "breaks off",
    (response) => void response.writeHead(200, { "content-length": "1000" }).write(png, () => response.destroy()),
    "media_not_fetched",
  ],
  ["never answers", () => undefined, "media_not_fetched"],
  ["never ends", (response) => void response.write(png), "media_not_fetched"],
  [
    "declares too much",
    (response) => void response.writeHead(200, { "content-length": "200001" }).write(png),
    "media_too_large",
  ],
  ["gives too much", (response) => void response.write(Buffer.concat([png, Buffer.alloc(300_000)])), "media_too_large"],
] satisfies [string, (response: ServerResponse) => unknown, string][])(
  "an image URL whose server %s is refused, and nothing is stored",
  async (_what, answer, code) => {
    const server = createServer((_request, response) => void answer(response))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const address = server.address()
    const port = typeof address === "object" ? address?.port : 0
    const account = await api.makeAccount()
    const before = await api.store.db.collection("media.files").countDocuments()
    const refused = await send(account, image({ url: `http://127.0.0.1:${port}/x.png` }))
    expect(refused.body).toMatchObject({ code, field: "content.media.url" })
    expect(await rowsOf(account)).toEqual([])
    expect(await api.store.db.collection("media.files").countDocuments()).toBe(before)
    server.closeAllConnections()
    server.close()
  },
)

test("an image URL whose name leads to a private address is refused", async () => {
  const strict = await startTestApi({ ALLOWED_PRIVATE_RANGES: "" })
  const account = await strict.makeAccount()
  const answer = await strict.call("POST", `/v1/accounts/${account._id}/messages`, {
    body: image({ url: "http://localhost:1/x.png" }),
  })
  expect(answer).toMatchObject({ status: 422, body: { code: "address_not_allowed", field: "content.media.url" } })
  await strict.stop()
})

test("a file that is too large is refused as it comes, and nothing stays", async () => {
  const account = await api.makeAccount()
  const raw = new FormData()
  raw.append("message", JSON.stringify({ to: text.to, content: { type: "image" } }))
  raw.append("file", new Blob([png, new Uint8Array(210_000)], { type: "image/png" }))
  const answer = await api.call("POST", `/v1/accounts/${account._id}/messages`, { raw })
  expect(answer).toMatchObject({ status: 413, body: { code: "media_too_large", field: "file" } })
  const staged = () => api.store.db.collection("media.files").countDocuments({ "metadata.media": /^staged/ })
  await expect.poll(staged, { timeout: 60_000 }).toBe(0)
})

test.each(["list", "buttons", "template"])(
  "a %s is answered 501: the engine has none [P21 engine-cannot]",
  async (type) => {
    const account = await api.makeAccount()
    const answer = await send(account, { to: text.to, content: { type, text: "Choose" } })
    expect(answer).toMatchObject({ status: 501, body: { code: "not_supported", field: "content.type" } })
    expect(await rowsOf(account)).toEqual([])
  },
)
