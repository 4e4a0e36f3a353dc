import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import { silentLog } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import { emptyEntry } from "../log/entry.ts"
import type { Entry } from "../log/entry.ts"
import { openValue, pumpedId, valueId } from "../log/take-over.ts"
import { foldState } from "./fold.ts"

const place = isolated()
const box = createSecretBox("5e".repeat(32))
let store: Store
let account: string

beforeAll(async () => {
  store = await connectStore({ mongoUrl: place.mongoUrl, database: place.database, name: "test", log: silentLog })
})
beforeEach(() => {
  account = newId("account")
})
afterAll(async () => {
  await store.close()
  await place.cleanup()
})

const ids = Array.from({ length: 100 }, (_, index) => `${index}.0`)

/** A row of the log that sets every session to one value. */
function row(n: number, value: string): { n: number; entry: Entry } {
  const session = Object.fromEntries(ids.map((id) => [id, Buffer.from(value)]))
  return { n, entry: { ...emptyEntry(), state: { session } } }
}

const fold = (...rows: { n: number; entry: Entry }[]) => foldState(store, box, account, rows)

async function sessions(): Promise<Set<string>> {
  const docs = await store.collections.authStates.find({ account, _id: { $ne: pumpedId(account) } }).toArray()
  expect(docs).toHaveLength(ids.length)
  return new Set(docs.map((doc) => Buffer.from(Object(openValue(doc.value.buffer, doc._id, box))).toString()))
}

const finished = async () => (await store.collections.authStates.findOne({ _id: pumpedId(account) }))?.n

test("an earlier value never replaces a later one", async () => {
  await fold(row(9, "later"))
  await fold(row(5, "earlier"))
  expect(await sessions()).toEqual(new Set(["later"]))
  expect(await finished()).toBe(9)
})

test("of two owners that fold the same new keys at once, the later value stays", async () => {
  for (let round = 0; round < 10; round += 1) {
    account = newId("account")
    await Promise.all([fold(row(5, "earlier")), fold(row(5, "earlier"), row(9, "later"))])
    expect(await sessions(), `round ${round}`).toEqual(new Set(["later"]))
    expect(await finished()).toBe(9)
  }
})

test("a fold that failed in part is not marked as finished", async () => {
  const tooLarge = Buffer.alloc(17 * 1024 * 1024)
  const good = row(3, "good")
  const bad = { n: 4, entry: { ...emptyEntry(), state: { session: { large: tooLarge } } } }
  await expect(fold(good, bad)).rejects.toThrow()
  expect(await finished()).toBeUndefined()
  expect(await store.collections.authStates.countDocuments({ _id: valueId(account, "session", "large") })).toBe(0)
})

test("what comes and goes within the rows is not written; what was there before goes", async () => {
  const memo = (n: number, id: string, value: { waId: string; plain: Buffer; at: number } | null) => ({
    n,
    entry: { ...emptyEntry(), state: { inbox: { [id]: value } } },
  })
  const value = { waId: "W", plain: Buffer.from("x"), at: 1 }
  const memos = () => store.collections.authStates.countDocuments({ account, _id: { $ne: pumpedId(account) } })
  await fold(memo(1, "kept", value), memo(2, "brief", value), memo(3, "brief", null))
  expect(await memos()).toBe(1)
  await fold(memo(4, "kept", null))
  expect(await memos()).toBe(0)
})
