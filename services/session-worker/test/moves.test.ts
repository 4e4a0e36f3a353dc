import { afterEach, beforeEach, expect, test } from "vitest"
import { orderDrain, readWorkers } from "@wildcat/shared/bus"
import { waitUntil } from "@wildcat/testkit"
import { preferredWorker } from "../src/ownership/placement.ts"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World

beforeEach(async () => {
  world = await createWorld()
})

afterEach(() => world.stop())

const ownerOf = async (account: Account) => (await world.account(account.id)).owner
const linkSome = (count: number) => Promise.all(Array.from({ length: count }, () => world.linkAccount()))

/** All accounts are connected, each under a worker for which `belongs` holds. */
function settledUnder(accounts: readonly Account[], belongs: (worker: string) => boolean) {
  return waitUntil("the sessions have moved", async () => {
    const found = await Promise.all(accounts.map(({ id }) => world.account(id)))
    const areThere = found.every(({ owner, status }) => owner && belongs(owner.worker) && status === "connected")
    return areThere && found
  })
}

/** A message to each account is told, once, and no account was linked again. */
async function expectServed(accounts: readonly Account[]) {
  const contact = await world.whatsapp.createContact()
  for (const { id, pn } of accounts) {
    const { messageId } = await world.whatsapp.sendText({ from: contact.id, to: pn, text: "there?" })
    const told = async () => (await world.events("message.received", id)).filter(({ data }) => data.waId === messageId)
    await waitUntil("the event", async () => (await told()).length > 0)
    expect(await told()).toHaveLength(1)
    const sequences = (await world.events(undefined, id)).map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  }
  expect((await world.whatsapp.counters()).pairings).toBe(accounts.length)
}

test("a drained worker gives all its sessions to others, takes none back, and its order survives its restart", async () => {
  const first = await world.startWorker({ WORKER_ID: "worker-1" })
  const accounts = await linkSome(3)
  await orderDrain(world.bus, "worker-1", true)
  await waitUntil("it says so", async () => (await readWorkers(world.bus)).some(({ beat }) => beat.draining))
  expect((await settledUnder(accounts, (worker) => worker === "worker-1")).length, "alone it keeps them").toBe(3)

  await world.startWorker({ WORKER_ID: "worker-2" })
  const moved = await settledUnder(accounts, (worker) => worker === "worker-2")
  for (const { owner, moves } of moved) {
    expect(owner).toMatchObject({ why: "drained" })
    expect(moves?.map(({ worker, from, why }) => ({ worker, from, why }))).toEqual([
      { worker: "worker-1", from: null, why: "claimed" },
      { worker: "worker-2", from: "worker-1", why: "drained" },
    ])
  }
  await first.stop()
  await world.startWorker({ WORKER_ID: "worker-1" })
  const another = await world.linkAccount()
  expect((await ownerOf(another))?.worker).toBe("worker-2")
  await expectServed([...accounts, another])
  expect(await readWorkers(world.bus)).toMatchObject([
    { name: "worker-1", isAlive: true, beat: { sessions: 0, draining: true, capacity: 200 } },
    { name: "worker-2", isAlive: true, beat: { sessions: 4, draining: false } },
  ])
})

test("a new worker gets its share; when the drain is taken back it gets it again", async () => {
  await world.startWorker({ WORKER_ID: "worker-1" })
  const accounts = await linkSome(6)
  // Its name decides by a hash which accounts belong to it: of six accounts, to one name in 64 none does.
  const names = Array.from({ length: 20 }, (_, index) => `worker-${index + 2}`)
  const second = names.find((name) => accounts.some(({ id }) => preferredWorker(id, ["worker-1", name]) === name))
  if (second === undefined) throw new Error("no name has a share")
  await world.startWorker({ WORKER_ID: second })
  const isBalanced = async () => {
    const owners = await Promise.all(accounts.map(ownerOf))
    return owners.some((owner) => owner?.worker === second && owner.why === "rebalanced")
  }
  await waitUntil("some have moved", isBalanced)
  await orderDrain(world.bus, second, true)
  await settledUnder(accounts, (worker) => worker === "worker-1")
  await orderDrain(world.bus, second, false)
  await waitUntil("some have moved again", isBalanced)
  await settledUnder(accounts, () => true)
  await expectServed(accounts)
})

test("a worker that is told to end gives its sessions to another one; no more than that one has room for", async () => {
  const first = await world.startWorker({ WORKER_ID: "worker-1" })
  const accounts = await linkSome(3)
  await world.startWorker({ WORKER_ID: "worker-2", SESSIONS_MAX: "2" })
  await first.stop()
  const owners = (await Promise.all(accounts.map(ownerOf))).filter((owner) => owner !== null)
  expect(owners.map(({ worker, why }) => ({ worker, why }))).toEqual(
    owners.map(() => ({ worker: "worker-2", why: "shutdown" })),
  )
  expect(owners).toHaveLength(2)
  await world.startWorker({ WORKER_ID: "worker-3" })
  await settledUnder(accounts, (worker) => worker !== "worker-1")
  await expectServed(accounts)
})

test("a worker over its limit of memory gives its sessions away and ends with a code that has it started again", async () => {
  await world.startWorker({ WORKER_ID: "worker-2" })
  const large = await world.startWorker({ WORKER_ID: "worker-1", WORKER_RSS_MAX_MB: "20" })
  const account = await world.linkAccount()
  expect(await large.exited).toMatchObject({ code: 1 })
  expect(large.lines.some((line) => line.includes("memory.over_limit"))).toBe(true)
  await settledUnder([account], (worker) => worker === "worker-2")
  await expectServed([account])
})
