import { expect, test } from "vitest"
import { Faults } from "./faults.ts"

/** Which of a hundred occasions a fault with an even chance struck. */
function strikes(seed: number): boolean[] {
  const faults = new Faults(seed)
  faults.set({ kind: "ack-drop", probability: 0.5 })
  return Array.from({ length: 100 }, () => faults.take("ack-drop") !== undefined)
}

test("a fault with a probability strikes on the same occasions for the same seed, and on others for another", () => {
  expect(strikes(1)).toEqual(strikes(1))
  expect(strikes(1)).not.toEqual(strikes(2))
  const struck = strikes(1).filter(Boolean).length
  expect(struck).toBeGreaterThan(25)
  expect(struck).toBeLessThan(75)
})

test("a fault strikes as often as it says, and only whom it names", () => {
  const faults = new Faults(1)
  faults.set({ kind: "ack-error", code: 429, phoneId: "phone-1", count: 2 })
  expect(faults.take("ack-error", "phone-2")).toBeUndefined()
  expect(faults.take("ack-error", "phone-1")).toMatchObject({ code: 429 })
  expect(faults.take("ack-error", "phone-1")).toMatchObject({ code: 429 })
  expect(faults.take("ack-error", "phone-1")).toBeUndefined()
  expect(faults.isEmpty).toBe(true)
})

test("what waits for the faults to be cleared runs then, once", () => {
  const faults = new Faults(1)
  const runs: number[] = []
  faults.onceCleared(() => runs.push(1))
  expect(runs).toEqual([])
  faults.clear()
  faults.clear()
  expect(runs).toEqual([1])
})
