import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { Binary } from "mongodb"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import { silentLog } from "@wildcat/shared/testing"
import { isolated } from "@wildcat/testkit"
import { Fenced } from "./append.ts"
import type { Entry, EventDraft } from "./entry.ts"
import { installGate } from "./gate.ts"
import { createSessionLog, newNonce } from "./session-log.ts"
import { sealValue, takeOver, valueId } from "./take-over.ts"

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

/** An owner of the account's log, as a session is one. */
async function own(epoch: number) {
  const nonce = newNonce()
  const taken = await takeOver({ store, box, account, epoch, nonce, patienceMs: 1_000 })
  const entries: Entry[] = []
  const sessionLog = createSessionLog({
    account: { id: account, tenant: newId("tenant") },
    epoch,
    nonce,
    lastRow: taken.lastRow,
    state: taken.state,
    store,
    box,
    patienceMs: 1_000,
    log: silentLog,
    committed: (_n, entry) => entries.push(entry),
  })
  return { ...taken, sessionLog, entries }
}

function frames() {
  const sent: string[] = []
  const socket = {
    readyState: 1,
    OPEN: 1,
    send: (data: unknown) => void sent.push(String(data)),
    terminate: vi.fn(() => undefined),
  }
  return { socket, sent }
}

const status: EventDraft = {
  id: newId("event"),
  type: "account.status",
  time: "2026-01-01T00:00:00.000Z",
  data: { status: "connected", reason: null, me: null },
}

test("what is staged in the same moment is committed together, in order", async () => {
  const { sessionLog, entries } = await own(1)
  for (const pn of ["1", "2", "3"]) sessionLog.stage({ state: { names: { [pn]: pn } } })
  sessionLog.stage({ state: { names: { 1: null } } })
  await sessionLog.whenDurable(sessionLog.staged)
  expect(entries).toHaveLength(1)
  expect(entries[0]?.state.names).toEqual({ 1: null, 2: "2", 3: "3" })
})

test("a frame leaves after everything that was staged before it is durable, and frames keep their order", async () => {
  const { sessionLog } = await own(1)
  const { socket, sent } = frames()
  installGate(socket, sessionLog)
  socket.send(Buffer.from("free"))
  expect(sent).toEqual(["free"])
  sessionLog.stage({ state: { names: { 1: "1" } } })
  socket.send(Buffer.from("held"))
  socket.send(Buffer.from("behind it"))
  expect(sent).toEqual(["free"])
  await vi.waitFor(() => expect(sent).toEqual(["free", "held", "behind it"]), 60_000)
  expect(await store.collections.sessionLog.countDocuments({ account })).toBe(2)
})

test("a frame that waits for calm changes alone leaves with the commit of the next one", async () => {
  const { sessionLog, entries } = await own(1)
  const { socket, sent } = frames()
  installGate(socket, sessionLog)
  sessionLog.stage({ state: { names: { 1: "1" } } }, "calm")
  socket.send(Buffer.from("calm"))
  sessionLog.stage({ state: { names: { 2: "2" } } })
  socket.send(Buffer.from("soon"))
  await vi.waitFor(() => expect(sent).toEqual(["calm", "soon"]), 60_000)
  sessionLog.stage({ state: { names: { 3: "3" } } }, "calm")
  socket.send(Buffer.from("alone"))
  await vi.waitFor(() => expect(sent).toEqual(["calm", "soon", "alone"]), 60_000)
  expect(entries.map(({ state }) => state.names)).toEqual([{ 1: "1", 2: "2" }, { 3: "3" }])
})

test("a frame waits for a hold's content, too", async () => {
  const { sessionLog } = await own(1)
  const { socket, sent } = frames()
  installGate(socket, sessionLog)
  const known = Promise.withResolvers<void>()
  sessionLog.hold(async () => {
    await known.promise
    sessionLog.stage({ state: { names: { 1: "1" } } })
  })
  socket.send(Buffer.from("held"))
  await new Promise((resolve) => setImmediate(resolve))
  expect(sent).toEqual([])
  known.resolve()
  await vi.waitFor(() => expect(sent).toEqual(["held"]), 60_000)
})

test("the next owner has the state and the numbers of the one before, and fences it", async () => {
  const first = await own(1)
  first.sessionLog.stage({ state: { names: { 1: "one", 2: "two" } }, events: [status] })
  await first.sessionLog.whenDurable(first.sessionLog.staged)

  const second = await own(2)
  expect(second.state.get("names", "2")).toBe("two")
  expect(second.tail.flatMap(({ entry }) => entry.events.map((event) => event.sequence))).toEqual([1])
  second.sessionLog.stage({ events: [status] })
  await second.sessionLog.whenDurable(second.sessionLog.staged)
  expect(second.entries[0]?.events[0]?.sequence).toBe(2)

  const { socket, sent } = frames()
  installGate(socket, first.sessionLog)
  const died = Promise.withResolvers<unknown>()
  first.sessionLog.onDeath(died.resolve)
  first.sessionLog.stage({ state: { names: { 1: "stale" } } })
  socket.send(Buffer.from("must not leave"))
  expect(await died.promise).toBeInstanceOf(Fenced)
  expect(sent).toEqual([])
  expect(socket.terminate).toHaveBeenCalled()
  await expect(first.sessionLog.whenDurable(first.sessionLog.stage({}))).rejects.toThrow(/dead/)
})

test("the next owner opens each one-time key when it is asked for, and finds no used one", async () => {
  const keys = [1, 22, 333].map((id) => [id, { public: Buffer.alloc(32, id), private: Buffer.alloc(id, id) }] as const)
  await store.collections.authStates.insertMany(
    [...keys, [4, null] as const].map(([id, pair]) => {
      const _id = valueId(account, "pre-key", String(id))
      return { _id, account, n: 1, value: new Binary(pair === null ? Buffer.alloc(0) : sealValue(pair, _id, box)) }
    }),
  )
  const { state, sessionLog } = await own(1)
  for (const [id, pair] of keys) expect(state.get("pre-key", String(id))).toEqual(pair)
  expect(state.get("pre-key", "4")).toBeUndefined()
  sessionLog.stage({ state: { "pre-key": { 22: null } } })
  expect(state.entries("pre-key").map(([id]) => id)).toEqual(["1", "333"])
})

test("an owner of an earlier epoch cannot take over", async () => {
  await own(5)
  await expect(own(5)).rejects.toBeInstanceOf(Fenced)
})

test("the number of an event goes on where the last durable one ended", async () => {
  const first = await own(1)
  first.sessionLog.stage({ events: [status, status] })
  await first.sessionLog.whenDurable(first.sessionLog.staged)
  first.sessionLog.stage({ events: [status] })
  const second = await own(2)
  second.sessionLog.stage({ events: [status] })
  await second.sessionLog.whenDurable(second.sessionLog.staged)
  // The first owner's last event may or may not have become durable before it was fenced.
  const durable = [...second.tail.map(({ entry }) => entry), ...second.entries].flatMap((entry) => entry.events)
  expect(durable.map((event) => event.sequence)).toEqual([1, 2, 3, 4].slice(0, durable.length))
  expect(durable.length).toBeGreaterThanOrEqual(3)
})

test("a log that is closed has committed everything", async () => {
  const { sessionLog, entries } = await own(1)
  sessionLog.stage({ state: { names: { 1: "1" } } }, "lazy")
  await sessionLog.close()
  expect(entries).toHaveLength(1)
  await expect(sessionLog.whenDurable(sessionLog.stage({}))).rejects.toThrow(/closed/)
})
