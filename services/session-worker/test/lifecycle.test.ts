import { afterAll, beforeAll, expect, test } from "vitest"
import { waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World

beforeAll(async () => {
  world = await createWorld()
  await world.startWorker({ KEEP_ALIVE_MS: "1000" })
})

afterAll(() => world.stop())

test("QR codes are told live and are never in the stream", async () => {
  const subscription = world.bus.connection.subscribe(world.bus.subjects.liveOfTenant(world.tenant), { max: 1 })
  await world.createAccount()
  for await (const message of subscription) {
    expect(message.json()).toMatchObject({
      type: "account.qr",
      data: { qr: expect.any(String), expiresAt: expect.any(String) },
    })
  }
  expect(JSON.stringify(await world.events())).not.toContain("wa.me/settings")
})

test("a stopped account disconnects and keeps its link; started again it needs no QR code", async () => {
  const account = await world.linkAccount()
  await world.setDesired(account.id, "stopped")
  const stopped = await world.waitForStatus(account.id, "disconnected")
  expect(stopped.reason?.code).toBe("stopped")
  await waitUntil("given up", async () => (await world.account(account.id)).owner === null)
  const { pairings } = await world.whatsapp.counters()
  await world.setDesired(account.id, "running")
  await world.waitForStatus(account.id, "connected")
  expect((await world.whatsapp.counters()).pairings).toBe(pairings)
})

test("an account that its phone unlinks is logged out, loses its keys and shows a QR code when started again", async () => {
  const account = await world.linkAccount()
  await world.whatsapp.logoutFromPhone({ phoneId: account.phoneId })
  const row = await world.waitForStatus(account.id, "logged_out")
  expect(row.reason?.code).toBe("logged_out_by_phone")
  await world.setDesired(account.id, "running")
  await world.scan(account.id, account.phoneId)
  await world.waitForStatus(account.id, "connected")
})

test("another phone than the account's own is refused", async () => {
  const account = await world.linkAccount()
  await world.whatsapp.logoutFromPhone({ phoneId: account.phoneId })
  await world.waitForStatus(account.id, "logged_out")
  await world.setDesired(account.id, "running")
  const stranger = await world.whatsapp.createPhone()
  await world.scan(account.id, stranger.id).catch(() => undefined)
  const row = await world.waitForStatus(account.id, "failed")
  expect(row).toMatchObject({ reason: { code: "identity_mismatch" }, me: { pn: account.pn } })
})

test("a number that another account holds is refused", async () => {
  const account = await world.linkAccount()
  const second = await world.createAccount()
  await world.scan(second, account.phoneId).catch(() => undefined)
  const row = await world.waitForStatus(second, "failed")
  expect(row).toMatchObject({ reason: { code: "number_in_use" }, me: null })
  expect((await world.account(account.id)).status).toBe("connected")
})

test("a log-out on request removes the device at WhatsApp, which has answered [B6 P82]", async () => {
  const account = await world.linkAccount()
  await account.order("account.logout", {})
  const row = await world.waitForStatus(account.id, "logged_out")
  expect(row.reason?.code).toBe("logged_out_by_request")
  const phones = await world.whatsapp.phones()
  expect(phones.find((phone) => phone.id === account.phoneId)?.devices).toEqual([])
})

test("a deleted account is unlinked at WhatsApp and leaves nothing", async () => {
  const account = await world.linkAccount()
  const contact = await world.whatsapp.createContact()
  await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "soon gone" })
  await waitUntil("the row", () => world.store.collections.messages.findOne({ account: account.id }))
  await world.setDesired(account.id, "deleted")
  await waitUntil("gone", async () => !(await world.store.models.accounts.exists({ _id: account.id })))
  const { sessionLog, authStates, messages, outbox } = world.store.collections
  const counts = await Promise.all([
    sessionLog.countDocuments({ account: account.id }),
    authStates.countDocuments({ account: account.id }),
    messages.countDocuments({ account: account.id }),
    outbox.countDocuments({ account: account.id }),
  ])
  expect(counts).toEqual([0, 0, 0, 0])
  const phones = await world.whatsapp.phones()
  expect(phones.find((phone) => phone.id === account.phoneId)?.devices).toEqual([])
})

test.each(["drop", "503", "freeze"] as const)("after the server's %s the account is connected again", async (how) => {
  const account = await world.linkAccount()
  const before = await world.account(account.id)
  await world.whatsapp.disconnect({ phoneId: account.phoneId, how })
  const row = await waitUntil("connected again", async () => {
    const now = await world.account(account.id)
    return now.status === "connected" && now.statusAt > before.statusAt && now
  })
  expect(row.owner?.epoch).toBe(before.owner?.epoch)
})
