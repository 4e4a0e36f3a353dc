import { expect, test } from "vitest"
import { casts, hows, planStorm } from "./plan.ts"
import { createRandom } from "./random.ts"

test("the same seed plans the same storm, another seed another one", () => {
  const plan = (seed: number) => planStorm(createRandom(seed), { blows: 40, paceMs: 500 })
  expect(plan(1)).toEqual(plan(1))
  expect(plan(1)).not.toEqual(plan(2))
})

test("36 blows are each kind of blow twice, within the time that was asked for", () => {
  const blows = planStorm(createRandom(7), { blows: 36, paceMs: 500 })
  const counts = Map.groupBy(blows, ({ kind, how }) => `${kind} ${how}`)
  expect(counts.size).toBe(Object.keys(casts).length * hows.length)
  expect(Array.from(counts.values(), (each) => each.length)).toEqual(Array.from(counts, () => 2))
  for (const { kind, index, afterMs } of blows) {
    expect(index).toBeLessThan(casts[kind])
    expect(afterMs).toBeLessThan(1_000)
  }
})
