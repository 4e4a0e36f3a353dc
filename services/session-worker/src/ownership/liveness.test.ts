import { beforeEach, expect, test } from "vitest"
import { createLiveness } from "./liveness.ts"
import type { LivenessWatch } from "./liveness.ts"

const beat = { sessions: 2, capacity: 5, draining: false }
let now: number
let liveness: LivenessWatch

beforeEach(() => {
  now = 0
  liveness = createLiveness({ worker: "own", limitMs: 1_000, now: () => now })
})

/** Time goes on, our own beats come back, as do those of the others that are named. */
function pass(ms: number, ...others: string[]) {
  for (let gone = 0; gone < ms; gone += 250) {
    now += 250
    for (const worker of ["own", ...others]) liveness.heard(worker, beat)
  }
}

test("a worker is overdue after the limit without a beat, one that was never heard from our start on", () => {
  pass(1_000, "a")
  expect(liveness.overdueMs("never heard")).toBe(0)
  expect(liveness.overdueMs("a")).toBe(-1_000)
  expect(liveness.peers()).toEqual([{ worker: "a", isDraining: false, room: 3, heardAt: 1_000, isSteady: false }])
  pass(1_250)
  expect(liveness.overdueMs("a")).toBe(250)
  expect(liveness.peers()).toEqual([])
})

test("one that has left is overdue at once, and lives again with its next beat", () => {
  pass(1_500, "a")
  expect(liveness.peers()).toMatchObject([{ isSteady: true }])
  liveness.gone("a")
  expect(liveness.overdueMs("a")).toBe(0)
  expect(liveness.peers()).toEqual([])
  liveness.heard("a", beat)
  expect(liveness.peers()).toMatchObject([{ worker: "a", isSteady: false }])
})

test("nobody is judged while our own beats are not heard; afterwards all have a full limit again", () => {
  pass(500, "a", "b")
  now += 5_000
  expect([liveness.isInTouch(), liveness.overdueMs("a")]).toEqual([false, -1])
  liveness.gone("b")
  expect(liveness.overdueMs("b")).toBe(-1)
  pass(250, "b")
  expect(liveness.isInTouch()).toBe(true)
  expect(liveness.overdueMs("a")).toBe(-1_000)
  pass(750, "b")
  expect(liveness.overdueMs("a")).toBeLessThan(0)
  pass(500, "b")
  expect(liveness.overdueMs("a")).toBeGreaterThan(0)
  expect(liveness.overdueMs("b")).toBeLessThan(0)
})

test("names of workers that are long gone are forgotten", () => {
  pass(1_000, "pod-0")
  pass(19_000, "pod-1")
  expect(liveness.overdueMs("pod-0")).toBe(18_000)
  pass(1_500, "pod-1")
  expect(liveness.overdueMs("pod-0")).toBe(liveness.overdueMs("never heard"))
})
