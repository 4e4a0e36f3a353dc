import { WildcatError, newId } from "@wildcat/shared/contracts"
import { sendClasses } from "@wildcat/shared/store"
import type { AccountDoc, OutboxDoc } from "@wildcat/shared/store"
import { contactMessage } from "@wildcat/shared/testing"
import { Binary } from "mongodb"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const schedule = async (account: AccountDoc): Promise<string> => {
  const sendAt = new Date(Date.now() + 3_600_000).toISOString()
  const body = { to: "+4915112345678", content: { type: "text", text: "later" }, sendAt }
  const answer = await api.call("POST", `/v1/accounts/${account._id}/messages`, { body })
  expect(answer).toMatchObject({
    status: 202,
    body: { status: "queued", queue: { sendAt, delayedUntil: sendAt, reason: "scheduled" } },
  })
  return answer.body.id
}
const cancel = (account: AccountDoc, id: string) => api.call("DELETE", `/v1/accounts/${account._id}/messages/${id}`)
const listed = async (account: AccountDoc, status: string): Promise<string[]> => {
  const { body } = await api.call("GET", `/v1/accounts/${account._id}/messages?status=${status}`)
  return body.items.map((each: { id: string }) => each.id)
}
const row = (id: string) => api.store.collections.outbox.findOne({ _id: id })
const rowOf = async (id: string): Promise<OutboxDoc> => {
  const found = await row(id)
  if (found === null) throw new Error("there is no such row")
  return found
}

test("what the owner says is the answer: cancelled is 200, on its way is 409", async () => {
  const account = await api.makeAccount()
  const [id, gone] = [await schedule(account), await schedule(account)]
  const worker = await api.serve(account._id, {
    "message.cancel": async ({ message }) => {
      // The wish is there before the owner is asked.
      expect(await row(message)).toMatchObject({ status: "queued", cancel: { settled: false } })
      return { status: message === id ? "cancelled" : "sending" }
    },
  })
  expect(await cancel(account, id)).toMatchObject({ status: 200, body: { id, status: "cancelled" } })
  expect(await cancel(account, gone)).toMatchObject({ status: 409, body: { code: "conflict" } })
  worker.stop()
})

test("without an owner a message that nobody has taken is cancelled at once, and stays so for the next owner", async () => {
  const account = await api.makeAccount({ status: "disconnected", owner: null })
  const id = await schedule(account)
  expect(await listed(account, "scheduled")).toEqual([id])
  expect(await cancel(account, id)).toMatchObject({ status: 200, body: { status: "cancelled", ack: -1 } })
  expect(await cancel(account, id)).toMatchObject({ status: 200 })
  expect(await row(id)).toMatchObject({ status: "queued", priority: sendClasses.reply, cancel: { settled: true } })
  expect([
    await listed(account, "queued"),
    await listed(account, "scheduled"),
    await listed(account, "cancelled"),
  ]).toEqual([[], [], [id]])
})

test("without an owner nothing is promised while its log is not carried on, or while somebody may own it", async () => {
  const unread = await api.makeAccount({ status: "disconnected", owner: null })
  const id = await schedule(unread)
  const log = { account: unread._id, epoch: 1, owner: "x", at: new Date(), body: new Binary(Buffer.alloc(1)) }
  await api.store.collections.sessionLog.insertOne({ _id: `${unread._id}:000000000007`, n: 7, ...log })
  expect(await cancel(unread, id)).toMatchObject({ status: 202, body: { status: "queued" } })
  await api.store.collections.authStates.insertOne({
    _id: `${unread._id}:pump:finished`,
    account: unread._id,
    n: 7,
    value: new Binary(Buffer.alloc(0)),
  })
  expect(await cancel(unread, id)).toMatchObject({ status: 200 })

  const owned = await api.makeAccount({ owner: { worker: "frozen", epoch: 3, since: new Date() } })
  const other = await schedule(owned)
  expect(await cancel(owned, other)).toMatchObject({ status: 202, body: { status: "queued" } })
  expect(await row(other)).toMatchObject({ cancel: { settled: false } })
})

test("what was sent is a conflict, what is unknown not found", async () => {
  const account = await api.makeAccount()
  const id = await schedule(account)
  await api.store.collections.outbox.updateOne({ _id: id }, { $set: { status: "server_ack" } })
  expect(await cancel(account, id)).toMatchObject({ status: 409, body: { field: "path.messageId" } })
  expect(await cancel(account, newId("message"))).toMatchObject({ status: 404, body: { field: "path.messageId" } })
})

test("who wrote lately gets a reply, which goes first, where the account is paced; the queue and the budget say what waits", async () => {
  const account = await api.makeAccount()
  const patch = (pacing: unknown) => api.call("PATCH", `/v1/accounts/${account._id}`, { body: { pacing } })
  const worker = await api.serve(account._id, {
    "message.send": async () => {
      throw new WildcatError("session_not_connected")
    },
  })
  const send = async (to: string, more = {}) => {
    const body = { to, content: { type: "text", text: "x" }, ...more }
    const { body: message } = await api.call("POST", `/v1/accounts/${account._id}/messages`, { body })
    return { message, row: await rowOf(message.id) }
  }
  const author = { pn: "4915100000007@s.whatsapp.net", lid: null }
  await api.store.collections.messages.insertOne(
    contactMessage(
      { tenant: account.tenant, account: account._id },
      { chat: { jid: author.pn, kind: "direct", ...author }, author },
    ),
  )
  expect((await send("+4915100000007")).row.priority).toBe(sendClasses.normal)
  expect(await patch({ perHour: 1 })).toMatchObject({ status: 200, body: { pacing: { perHour: 1 } } })
  expect((await send("+4915100000007")).row.priority).toBe(sendClasses.reply)
  expect((await send("+4915100000008", { priority: "bulk" })).row.priority).toBe(sendClasses.bulk)
  const hour = 3_600_000
  const bucket = (ms: number) => ({ newest: Math.floor(Date.now() / ms), counts: [1] })
  const sent = {
    minute: bucket(5_000),
    hour: bucket(300_000),
    day: bucket(hour),
    firstContacts: bucket(hour),
    nextAt: 0,
  }
  await api.store.collections.budgets.insertOne({ _id: account._id, sent })
  const { message } = await send("+4915100000009")
  expect(message.queue).toMatchObject({ reason: "per_hour" })
  const budget = await api.call("GET", `/v1/accounts/${account._id}/sending-budget`)
  expect(budget).toMatchObject({
    status: 200,
    body: {
      pacing: "on",
      replies: { now: true },
      messages: { now: false, reason: "per_hour", at: message.queue.delayedUntil },
    },
  })
  expect(await patch("off")).toMatchObject({ body: { pacing: "off" } })
  expect((await api.call("GET", `/v1/accounts/${account._id}/sending-budget`)).body).toMatchObject({ pacing: "off" })
  worker.stop()
})
