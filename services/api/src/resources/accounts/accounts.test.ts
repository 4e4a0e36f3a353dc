import { onNudge } from "@wildcat/shared/bus"
import { newId, reasonOf } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
let nudges = 0
beforeAll(async () => {
  api = await startTestApi({ ACCOUNTS_MAX: "5" })
  onNudge(api.bus, api.bus.subjects.accountsNudge, () => (nudges += 1))
  await api.bus.connection.flush()
})
afterAll(() => api.stop())

test("an account is created wanted to run, found where its Location says, and workers are told", async () => {
  const before = nudges
  const made = await api.call("POST", "/v1/accounts", { body: { name: " Support " } })
  expect(made).toMatchObject({
    status: 201,
    body: { name: "Support", desired: "running", status: "created", me: null, owner: null },
  })
  const found = await api.call("GET", String(made.headers.get("location")))
  expect(found).toMatchObject({ status: 200, body: made.body })
  await waitUntil("the workers are told", () => nudges > before)
})

test("start and stop set what is wanted and tell the workers; also again", async () => {
  const account = await api.makeAccount({ tenant: api.tenant })
  for (const [verb, desired] of [
    ["stop", "stopped"],
    ["stop", "stopped"],
    ["start", "running"],
    ["start", "running"],
  ]) {
    const before = nudges
    expect(await api.call("POST", `/v1/accounts/${account._id}/${verb}`)).toMatchObject({
      status: 202,
      body: { desired },
    })
    await waitUntil("the workers are told", () => nudges > before)
  }
})

test("a restart asks the workers for a new session, and starts an account that was stopped", async () => {
  const account = await api.makeAccount({ tenant: api.tenant, desired: "stopped" })
  const before = nudges
  const asked = await api.call("POST", `/v1/accounts/${account._id}/restart`)
  expect(asked).toMatchObject({ status: 202, body: { desired: "running" } })
  expect(await api.store.models.accounts.findById(account._id).lean()).toMatchObject({ restartAt: expect.any(Date) })
  await waitUntil("the workers are told", () => nudges > before)
})

test("a deleted account is gone at once, and marked for the workers to erase", async () => {
  const account = await api.makeAccount()
  const headers = { "idempotency-key": newId("request") }
  expect((await api.call("DELETE", `/v1/accounts/${account._id}`, { headers })).status).toBe(204)
  expect((await api.call("DELETE", `/v1/accounts/${account._id}`, { headers })).status).toBe(204)
  expect((await api.call("DELETE", `/v1/accounts/${account._id}`)).status).toBe(404)
  expect((await api.call("GET", `/v1/accounts/${account._id}`)).status).toBe(404)
  expect((await api.call("GET", "/v1/accounts")).body.items.map(({ id }: { id: string }) => id)).not.toContain(
    account._id,
  )
  expect(await api.store.models.accounts.findById(account._id).lean()).toMatchObject({ desired: "deleted" })
})

test("a logout is the owner's to carry out: its answer is ours, and without an owner it is refused at once", async () => {
  const account = await api.makeAccount()
  const path = `/v1/accounts/${account._id}/logout`
  expect(await api.call("POST", path)).toMatchObject({ status: 503, body: { code: "session_unavailable" } })
  const worker = await api.serve(account._id, {
    "account.logout": async () => {
      const state = { status: "logged_out", reason: reasonOf("logged_out_by_request") }
      await api.store.models.accounts.updateOne({ _id: account._id }, state)
      return {}
    },
  })
  const done = await api.call("POST", path)
  expect(done).toMatchObject({ status: 200, body: { status: "logged_out", reason: { code: "logged_out_by_request" } } })
  worker.stop()
  expect(await api.call("POST", path)).toMatchObject({ status: 200, body: { status: "logged_out" } })
  const unlinked = await api.makeAccount({ me: null, status: "qr" })
  expect(await api.call("POST", `/v1/accounts/${unlinked._id}/logout`)).toMatchObject({
    status: 409,
    body: { code: "account_not_linked" },
  })
})

test("a tenant has no more accounts than its limit, and lists them in pages", async () => {
  const tenant = newId("tenant")
  const key = await api.makeKey({ tenant })
  const made: string[] = []
  for (let index = 0; index < 5; index += 1) {
    made.push((await api.call("POST", "/v1/accounts", { key, body: { name: `${index}` } })).body.id)
  }
  const more = await api.call("POST", "/v1/accounts", { key, body: { name: "more" } })
  expect(more).toMatchObject({ status: 409, body: { code: "account_limit_reached" } })
  const first = await api.call("GET", "/v1/accounts?limit=3", { key })
  const second = await api.call("GET", `/v1/accounts?limit=3&cursor=${first.body.nextCursor}`, { key })
  expect([...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id)).toEqual(made.toSorted())
  expect(second.body.nextCursor).toBeNull()
})
