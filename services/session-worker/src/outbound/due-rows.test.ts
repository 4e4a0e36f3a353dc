import { newId } from "@wildcat/shared/contracts"
import { connectStore } from "@wildcat/shared/store"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import { silentLog } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import type { Isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createDueRows } from "./due-rows.ts"

let place: Isolated
let store: Store
beforeAll(async () => {
  place = isolated()
  store = await connectStore({ mongoUrl: place.mongoUrl, database: place.database, name: "test", log: silentLog })
})
afterAll(async () => {
  await store.close()
  await place.cleanup()
})

const tenant = newId("tenant")

async function queue(account: string): Promise<OutboxDoc> {
  const now = new Date()
  const row: OutboxDoc = {
    _id: newId("message"),
    tenant,
    account,
    waId: "3EB0",
    to: "4915112345678@s.whatsapp.net",
    content: { type: "text", text: "x" },
    quoted: null,
    status: "queued",
    error: null,
    priority: 1,
    sendAt: null,
    dueAt: now,
    expiresAt: null,
    createdAt: now,
    updatedAt: now,
  }
  await store.collections.outbox.insertOne(row)
  return row
}

const rowsOf = (account: string) =>
  createDueRows({ outbox: store.collections.outbox, tenant, account, isUnconfirmed: () => false })
const idsOf = (rows: OutboxDoc[]) => rows.map(({ _id }) => _id)

test("a row that is brought along with a ticket needs no look at MongoDB, and all others are found", async () => {
  const account = newId("account")
  const rows = rowsOf(account)
  expect(await rows.look(Date.now())).toEqual([])
  const { ticket } = rows
  const [brought, untold] = [await queue(account), await queue(account)]
  rows.bring(brought, ticket)
  expect(idsOf(await rows.look(Date.now()))).toEqual([brought._id])
  rows.take(brought, "sending")
  rows.unclear()
  expect(idsOf(await rows.look(Date.now()))).toEqual([untold._id])
})

test("a row that has left the outbox is not sent again when its order comes late, also after many others", async () => {
  const account = newId("account")
  const rows = rowsOf(account)
  await rows.look(Date.now())
  const { ticket } = rows
  const row = await queue(account)
  rows.take(row, "cancelled")
  rows.recorded([{ id: row._id, status: "cancelled", error: null }])
  await store.collections.outbox.updateOne({ _id: row._id }, { $set: { status: "cancelled" } })
  for (let others = 0; others < 1_000; others += 1) {
    rows.bring(row, ticket)
    expect(await rows.look(Date.now())).toEqual([])
    const _id = newId("message")
    rows.take({ _id }, "sending")
    rows.recorded([{ id: _id, status: "sending", error: null }])
  }
})

test("a ticket of another owner proves nothing: MongoDB is asked", async () => {
  const account = newId("account")
  const { ticket } = rowsOf(account)
  const rows = rowsOf(account)
  await rows.look(Date.now())
  const row = await queue(account)
  await store.collections.outbox.updateOne({ _id: row._id }, { $set: { status: "cancelled" } })
  rows.bring(row, ticket)
  expect(await rows.look(Date.now())).toEqual([])
})

test("a row that comes with the ticket of another owner, as after a failover, is due at once all the same", async () => {
  const account = newId("account")
  const { ticket } = rowsOf(account)
  const rows = rowsOf(account)
  await rows.look(Date.now())
  const row = await queue(account)
  rows.bring(row, ticket)
  expect(idsOf(await rows.look(Date.now()))).toEqual([row._id])
})

test("a row that was read stays taken for whoever read it, also when MongoDB has learnt of it and forgotten the rest", async () => {
  const account = newId("account")
  const rows = rowsOf(account)
  const { _id } = await queue(account)
  await rows.keeping(async () => {
    const [read] = await rows.look(Date.now())
    if (read === undefined) throw new Error("the row is due")
    expect(rows.isTaken(read)).toBe(false)
    rows.take(read, "cancelled")
    rows.recorded([{ id: _id, status: "cancelled", error: null }])
    // Another look begins and ends meanwhile.
    expect(await rows.keeping(() => rows.look(Date.now()))).toEqual([])
    expect(rows.isTaken(read)).toBe(true)
    expect(await rows.read(_id)).toMatchObject({ status: "cancelled" })
  })
})
