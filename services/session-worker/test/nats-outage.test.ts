import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { freePort, startNats, waitUntil } from "@wildcat/testkit"
import { createWorld } from "./world.ts"
import type { World } from "./world.ts"

let world: World
let folder: string
let port: number
let nats: Awaited<ReturnType<typeof startNats>>

const start = () => startNats(join(folder, "nats"), { port })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "outage-test-"))
  port = await freePort()
  nats = await start()
  world = await createWorld({ natsUrl: nats.url })
})

afterEach(async () => {
  await world.stop()
  await nats.stop()
  rmSync(folder, { recursive: true, force: true })
})

test("an outage of NATS that lasts longer than the limit closes no connection and moves no session", async () => {
  const workers = [
    await world.startWorker({ WORKER_ID: "worker-1" }),
    await world.startWorker({ WORKER_ID: "worker-2" }),
  ]
  const accounts = [await world.linkAccount(), await world.linkAccount()]
  const contact = await world.whatsapp.createContact()
  const before = await Promise.all(accounts.map(({ id }) => world.account(id)))
  const { logins } = await world.whatsapp.counters()

  await nats.stop()
  const began = performance.now()
  const written = await Promise.all(
    accounts.map(({ pn }) => world.whatsapp.sendText({ from: contact.id, to: pn, text: "nobody hears of it yet" })),
  )
  for (const { messageId } of written) await world.whatsapp.waitForReceipt({ messageId })
  // Three limits of silence, in which each worker looks at the other many times.
  await waitUntil("the outage has lasted", () => performance.now() - began > 9_000)
  nats = await start()

  const told = async () => (await world.events("message.received")).map(({ data }) => data.waId)
  await waitUntil("both are told", async () => (await told()).length === 2)
  expect((await told()).toSorted()).toEqual(written.map(({ messageId }) => messageId).toSorted())
  expect((await world.whatsapp.counters()).logins).toBe(logins)
  const after = await Promise.all(accounts.map(({ id }) => world.account(id)))
  expect(after.map(({ owner, statusAt }) => ({ owner, statusAt }))).toEqual(
    before.map(({ owner, statusAt }) => ({ owner, statusAt })),
  )
  // Silence counts again: what dies now is taken over.
  const [account, worker] = [accounts[0], before[0]?.owner?.worker]
  workers.find((_, index) => worker === `worker-${index + 1}`)?.kill("SIGKILL")
  const heir = await waitUntil("the other worker has it", async () => {
    const { owner, status } = await world.account(account?.id ?? "")
    return owner?.worker !== worker && status === "connected" && owner
  })
  expect(heir).toMatchObject({ why: "failover" })
})

test("a worker that starts while NATS is away says what it waits for, is not ready, and begins when NATS comes", async () => {
  await nats.stop()
  const health = await freePort()
  const lines: string[] = []
  const starting = world.startWorker({ WORKER_PORT: String(health) }, (line) => lines.push(line))
  await waitUntil("it says so", () =>
    lines.some((line) => line.includes("dependency.awaited") && line.includes('"what":"NATS"')),
  )
  const answer = await waitUntil("it answers", async () => {
    const response = await fetch(`http://127.0.0.1:${health}/readyz`)
    return { status: response.status, body: await response.json() }
  })
  expect(answer).toMatchObject({ status: 503, body: { problems: { started: "still starting" } } })
  nats = await start()
  await starting
  const account = await world.linkAccount()
  expect((await world.account(account.id)).status).toBe("connected")
})
