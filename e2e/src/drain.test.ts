import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { linkAccount, linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

let stage: LinkedStage
beforeAll(async () => {
  stage = await linkStage()
}, 90_000)
afterAll(() => stage.stop())

const Account = z.object({ id: z.string(), status: z.string() })
const Sent = z.object({ id: z.string(), waId: z.string() })
const Worker = z.object({ id: z.string(), sessions: z.number().nullable(), draining: z.boolean() })
const Owned = z.object({ items: z.array(Account.extend({ why: z.string().nullable() })) })

/** Why each account is at the worker, once it has all of them and all are connected. */
function allAt(worker: string, accounts: readonly { id: string }[]): Promise<(string | null)[]> {
  return waitUntil(`all accounts are connected at ${worker}`, async () => {
    const { items } = await stage.api.get(`/v1/workers/${worker}/accounts`, Owned)
    const there = items.filter(({ status }) => status === "connected")
    return there.length === accounts.length && there.map(({ why }) => why)
  })
}

async function takeBack(worker: string): Promise<unknown> {
  const response = await stage.fetch(`/v1/workers/${worker}/drain`, { method: "DELETE" })
  expect(response.status).toBe(202)
  return response.json()
}

/** Writes both ways without a pause until it is stopped; then returns what was written. */
function startTraffic(accounts: readonly { id: string; phone: string }[]) {
  const { api, simulator, contact } = stage
  const [received, sent]: [string[], string[]] = [[], []]
  let goesOn = true
  const writeBothWays = async ({ id, phone }: { id: string; phone: string }) => {
    for (let n = 1; goesOn; n += 1) {
      received.push((await simulator.sendText({ from: contact.id, to: phone, text: `number ${n} to you` })).messageId)
      const content = { type: "text", text: `number ${n} from ${phone}` }
      sent.push((await api.post(`/v1/accounts/${id}/messages`, { to: contact.phone, content }, Sent)).waId)
    }
  }
  const writing = Promise.all(accounts.map(writeBothWays))
  return async () => {
    goesOn = false
    await writing
    return { received, sent }
  }
}

test("a drain through the API moves every account while they write and are written to, and nothing is lost; taken back, the worker serves again", async () => {
  const { api, simulator, stack, receiver, contact } = stage
  const others = [await linkAccount(stage, "Second"), await linkAccount(stage, "Third")]
  const accounts = [{ id: stage.account, phone: stage.phone }, ...others]
  await stack.add("session-worker", { WORKER_ID: "worker-2" })
  const stop = startTraffic(accounts)
  const ordered = await api.post("/v1/workers/worker-1/drain", {}, Worker)
  expect(ordered).toMatchObject({ id: "worker-1", draining: true })
  expect(await allAt("worker-2", accounts)).toEqual(["drained", "drained", "drained"])
  const { received, sent } = await stop()
  expect(Math.min(received.length, sent.length)).toBeGreaterThanOrEqual(accounts.length)

  for (const waId of received) await receiver.waitFor(({ body }) => isAbout(body, "message.received", waId))
  for (const messageId of sent) {
    await simulator.waitForMessage({ contactId: contact.id, match: { messageId } })
  }
  const told = receiver.requests.filter(({ body }) => received.some((waId) => isAbout(body, "message.received", waId)))
  expect(new Set(told.map(({ body }) => idOf(body))).size).toBe(received.length)
  const arrived = (await simulator.receivedMessages({ contactId: contact.id })).map(({ messageId }) => messageId)
  expect(arrived.toSorted()).toEqual(sent.toSorted())

  expect(await takeBack("worker-1")).toMatchObject({ id: "worker-1", draining: false })
  await api.post("/v1/workers/worker-2/drain", {}, Worker)
  await allAt("worker-1", accounts)
  expect((await simulator.counters()).pairings).toBe(accounts.length)
})

function isAbout(body: Buffer, type: string, waId: string): boolean {
  return body.includes(`"type":"${type}"`) && body.includes(`"${waId}"`)
}

function idOf(body: Buffer): string {
  return z.object({ id: z.string() }).parse(JSON.parse(body.toString())).id
}
