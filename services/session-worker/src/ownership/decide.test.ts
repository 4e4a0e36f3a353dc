import { describe, expect, test } from "vitest"
import type { AccountDoc } from "@wildcat/shared/store"
import { decide } from "./decide.ts"
import type { Situation } from "./decide.ts"
import type { Peer } from "./liveness.ts"
import { preferredWorker } from "./placement.ts"

const at = (ms: number) => new Date(1_700_000_000_000 + ms)
const account: AccountDoc = {
  _id: "acc_1",
  tenant: "ten_1",
  name: "test",
  desired: "running",
  status: "connected",
  reason: null,
  me: null,
  owner: { worker: "other", epoch: 3, since: at(0) },
  statusAt: at(0),
  createdAt: at(0),
  updatedAt: at(0),
}
const peer = (worker: string, more: Partial<Peer> = {}): Peer => {
  return { worker, isDraining: false, room: 5, heardAt: 0, isSteady: true, ...more }
}
const livingAre = (...peers: Peer[]) => ({ overdueMs: () => -1, peers: () => peers })
const situation: Situation = {
  self: peer("mine"),
  liveness: livingAre(),
  hasSession: false,
  now: at(0),
  unownedMsMax: 10_000,
}
const silent = { ...situation, liveness: { overdueMs: () => 1, peers: () => [] } }
const draining = peer("mine", { isDraining: true })
const mine = { ...account.owner, worker: "mine", epoch: 3, since: at(0) }

describe("an account that is to run", () => {
  test("is left to an owner that lives", () => expect(decide(account, situation)).toBe("nothing"))
  test("is taken from an owner that has fallen silent", () => expect(decide(account, silent)).toBe("run"))
  test("is taken back at once by its restarted owner", () =>
    expect(decide({ ...account, owner: mine }, situation)).toBe("run"))
  test("is begun anew by its owner when a restart was asked for, once", () => {
    const held = { ...situation, hasSession: true }
    expect(decide({ ...account, owner: mine, restartAt: at(5) }, held)).toBe("run")
    expect(decide({ ...account, owner: { ...mine, since: at(6) }, restartAt: at(5) }, held)).toBe("nothing")
    expect(decide({ ...account, restartAt: at(5) }, situation)).toBe("nothing")
  })
  test("is not taken by a worker without room", () =>
    expect(decide(account, { ...silent, self: peer("mine", { room: 0 }) })).toBe("nothing"))
  test("that has failed is left alone until it is started again", () => {
    const failed: AccountDoc = { ...account, owner: mine, status: "failed", statusAt: at(5) }
    expect(decide(failed, { ...situation, hasSession: true })).toBe("nothing")
    expect(decide({ ...failed, updatedAt: at(6) }, { ...situation, hasSession: true })).toBe("run")
  })
  test("and has no owner goes to the worker that all agree on, after a while to any", () => {
    const free: AccountDoc = { ...account, owner: null }
    const others = [peer("other"), peer("third")]
    const preferred = preferredWorker(account._id, ["mine", "other", "third"])
    const seenBy = (worker: string, more: Partial<Situation> = {}): Situation => ({
      ...situation,
      self: peer(worker),
      liveness: livingAre(...[...others, peer("mine")].filter((each) => each.worker !== worker)),
      ...more,
    })
    expect(decide(free, seenBy(preferred ?? ""))).toBe("run")
    const next = ["mine", "other", "third"].find((worker) => worker !== preferred) ?? ""
    expect(decide(free, seenBy(next))).toBe("nothing")
    expect(decide(free, seenBy(next, { now: at(10_001) }))).toBe("run")
  })
  test("and was given to a worker is taken by that one, and by others when it does not take it", () => {
    const handover = { from: "other", why: "drained", at: at(20_000) } as const
    const given = (to: string): AccountDoc => ({ ...account, owner: null, handover: { ...handover, to } })
    const seen = { ...situation, liveness: livingAre(peer("third")), now: at(20_001) }
    expect(decide(given("mine"), seen)).toBe("run")
    expect(decide(given("third"), seen)).toBe("nothing")
    expect(decide(given("third"), { ...seen, now: at(30_001) })).toBe("run")
    expect(decide(given("dead"), { ...seen, liveness: livingAre() })).toBe("run")
  })
  test("is left to others by a draining worker, even its own and after long; without any other it goes on", () => {
    const free: AccountDoc = { ...account, owner: null }
    const seen = { ...situation, self: draining, liveness: livingAre(peer("other")), now: at(60_000) }
    expect(decide(free, seen)).toBe("nothing")
    expect(decide({ ...account, owner: mine }, seen)).toBe("yield")
    for (const liveness of [livingAre(), livingAre(peer("other", { isDraining: true }))]) {
      expect(decide(free, { ...seen, liveness })).toBe("run")
      expect(decide({ ...account, owner: mine }, { ...seen, liveness })).toBe("run")
    }
  })
})

test("a stopped account is closed by its owner, and by anyone when the owner is gone", () => {
  const stopped: AccountDoc = { ...account, desired: "stopped" }
  expect(decide(stopped, situation)).toBe("nothing")
  expect(decide({ ...stopped, owner: mine }, situation)).toBe("stop")
  expect(decide(stopped, silent)).toBe("stop")
  expect(decide({ ...stopped, owner: null }, situation)).toBe("nothing")
})

test("a deleted account is erased by whoever may own it", () => {
  const deleted: AccountDoc = { ...account, desired: "deleted" }
  expect(decide(deleted, situation)).toBe("nothing")
  expect(decide(deleted, silent)).toBe("erase")
  expect(decide({ ...deleted, owner: mine }, situation)).toBe("erase")
})
