import { newId } from "@wildcat/shared/contracts"
import { createLogger } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { OutboxDoc, Store } from "@wildcat/shared/store"
import { isolated } from "@wildcat/testkit"
import type { Isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createDueRows } from "./due-rows.ts"

let place: Isolated
let store: Store
beforeAll(async () => {
  place = isolated()
  const log = createLogger({ service: "test", level: "silent" })
  store = await connectStore({ mongoUrl: place.mongoUrl, database: place.database, name: "test", log })
})
afterAll(async () => {
  await store.close()
  await place.cleanup()
})

async function queue(account: string): Promise<OutboxDoc> {
  const now = new Date()
  const row: OutboxDoc = {
    _id: newId("message"),
    tenant: newId("tenant"),
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

test("a row that was read stays taken for whoever read it, also when MongoDB has learnt of it and forgotten the rest", async () => {
  const account = newId("account")
  const rows = createDueRows({ outbox: store.collections.outbox, account, isUnconfirmed: () => false })
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
