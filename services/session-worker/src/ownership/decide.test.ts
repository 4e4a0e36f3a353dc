import { describe, expect, test } from "vitest"
import type { AccountDoc } from "@wildcat/shared/store"
import { decide } from "./decide.ts"
import type { Situation } from "./decide.ts"
import { createLiveness } from "./liveness.ts"
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
const situation: Situation = {
  worker: "mine",
  liveness: { isSilent: () => false, alive: () => ["mine"] },
  hasSession: false,
  hasRoom: true,
  now: at(0),
  unownedMsMax: 10_000,
}
const silent = { ...situation, liveness: { isSilent: () => true, alive: () => ["mine"] } }
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
    expect(decide(account, { ...silent, hasRoom: false })).toBe("nothing"))
  test("that has failed is left alone until it is started again", () => {
    const failed: AccountDoc = { ...account, owner: mine, status: "failed", statusAt: at(5) }
    expect(decide(failed, { ...situation, hasSession: true })).toBe("nothing")
    expect(decide({ ...failed, updatedAt: at(6) }, { ...situation, hasSession: true })).toBe("run")
  })
  test("and has no owner goes to the worker that all agree on, after a while to any", () => {
    const free: AccountDoc = { ...account, owner: null }
    const liveness = { isSilent: () => false, alive: () => ["mine", "other", "third"] }
    const preferred = preferredWorker(account._id, liveness.alive())
    expect(decide(free, { ...situation, liveness, worker: preferred ?? "" })).toBe("run")
    expect(decide(free, { ...situation, liveness, worker: "nobody" })).toBe("nothing")
    expect(decide(free, { ...situation, liveness, worker: "nobody", now: at(10_001) })).toBe("run")
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

test("a worker is silent after the limit without a beat, by our own clock", () => {
  let now = 0
  const liveness = createLiveness(1_000, () => now)
  expect(liveness.isSilent("never heard")).toBe(false)
  now = 900
  liveness.heard("a")
  now = 1_500
  expect([liveness.isSilent("never heard"), liveness.isSilent("a")]).toEqual([true, false])
  liveness.gone("a")
  expect(liveness.isSilent("a")).toBe(true)
  expect(liveness.alive()).toEqual([])
})
