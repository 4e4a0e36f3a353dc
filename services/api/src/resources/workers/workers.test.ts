import { encodeBeat, noneUndecryptable, openBeats, orderDrain, readDrains } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
  const beats = await openBeats(api.bus, { limitMs: 60_000, replicas: 1 })
  const since = "2026-11-24T10:00:00.000Z"
  const load = { sessions: 3, capacity: 5, draining: false, rssBytes: 1_000_000 }
  const undecryptable = { atFirst: 4, readLater: 3, givenUp: 1 }
  await beats.put("worker-1", encodeBeat({ incarnation: "a", since, ...load, undecryptable, limitMs: 60_000 }))
  await beats.put(
    "worker-2",
    encodeBeat({ incarnation: "b", since, ...load, undecryptable: noneUndecryptable(), limitMs: 0 }),
  )
  await beats.put("left", encodeBeat({ incarnation: "c", since, ...load, undecryptable, limitMs: 60_000 }))
  await beats.delete("left")
})
afterAll(() => api.stop())

test("operators see every worker with its load, and which are dead", async () => {
  const { status, body } = await api.call("GET", "/v1/workers")
  expect(status).toBe(200)
  expect(body.items).toMatchObject([
    {
      id: "worker-1",
      alive: true,
      sessions: 3,
      capacity: 5,
      draining: false,
      rssBytes: 1_000_000,
      undecryptable: { atFirst: 4, readLater: 3, givenUp: 1 },
    },
    { id: "worker-2", alive: false, since: "2026-11-24T10:00:00.000Z" },
  ])
  expect(body.items[0].beatAgeMs).toBeLessThan(60_000)
})

test("a drain is an order that lasts, for a dead worker too, until it is taken back", async () => {
  for (const id of ["worker-1", "worker-2"]) {
    const ordered = await api.call("POST", `/v1/workers/${id}/drain`)
    expect(ordered).toMatchObject({ status: 202, body: { id, draining: true, drainOrdered: true } })
  }
  expect((await readDrains(api.bus)).toSorted()).toEqual(["worker-1", "worker-2"])
  await orderDrain(api.bus, "pod-of-tomorrow", true)
  const { body } = await api.call("GET", "/v1/workers")
  expect(body.items.map(({ id, draining }: { id: string; draining: boolean }) => [id, draining])).toEqual([
    ["pod-of-tomorrow", true],
    ["worker-1", true],
    ["worker-2", true],
  ])
  const undone = await api.call("DELETE", "/v1/workers/worker-1/drain")
  expect(undone).toMatchObject({ status: 202, body: { draining: false, drainOrdered: false } })
  await api.call("DELETE", "/v1/workers/pod-of-tomorrow/drain")
  expect(await readDrains(api.bus)).toEqual(["worker-2"])
})

test("the accounts of a worker are shown with since when and why it has them, those of the tenant only, in pages", async () => {
  const since = new Date("2026-11-24T10:00:00.000Z")
  const owner = { worker: "worker-1", epoch: 2, since, why: "rebalanced" as const }
  const mine = [await api.makeAccount({ owner }), await api.makeAccount({ owner })]
  await api.makeAccount({ owner, tenant: newId("tenant") })
  await api.makeAccount({ owner: { ...owner, worker: "worker-2" } })
  const first = await api.call("GET", "/v1/workers/worker-1/accounts?limit=1")
  const second = await api.call("GET", `/v1/workers/worker-1/accounts?cursor=${first.body.nextCursor}`)
  expect([...first.body.items, ...second.body.items]).toEqual(
    mine
      .map(({ _id }) => ({ id: _id, name: "test", status: "connected", since: since.toISOString(), why: "rebalanced" }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  )
  expect(second.body.nextCursor).toBeNull()
})

test("an account tells how it came to its worker, newest first", async () => {
  const at = new Date("2026-11-24T10:00:00.000Z")
  const moves = [
    { worker: "worker-2", from: null, why: "claimed" as const, at },
    { worker: "worker-1", from: "worker-2", why: "failover" as const, at },
  ]
  const account = await api.makeAccount({ moves })
  const { body } = await api.call("GET", `/v1/accounts/${account._id}/moves`)
  expect(body.items).toEqual(moves.toReversed().map((move) => ({ ...move, at: at.toISOString() })))
  const older = await api.makeAccount()
  expect((await api.call("GET", `/v1/accounts/${older._id}/moves`)).body).toEqual({ items: [] })
})

test("without the operator's key there are no workers", async () => {
  for (const key of [
    await api.makeKey({ tenant: newId("tenant") }),
    await api.makeKey({ account: (await api.makeAccount())._id }),
  ]) {
    expect((await api.call("GET", "/v1/workers", { key })).body).toEqual({ items: [] })
    expect(await api.call("POST", "/v1/workers/worker-1/drain", { key })).toMatchObject({ status: 404 })
    expect(await api.call("GET", "/v1/workers/worker-1/accounts", { key })).toMatchObject({ status: 404 })
  }
  expect(await readDrains(api.bus)).not.toContain("worker-1")
})
