import { expect, test } from "vitest"
import { createReconnects } from "./reconnect.ts"

test("pauses grow until a connection has lasted", () => {
  let now = 0
  const reconnects = createReconnects(() => now)
  const pauses = Array.from({ length: 7 }, () => reconnects.pauseMs())
  expect(pauses.toSorted((a, b) => a - b)).toEqual(pauses)
  expect(pauses.at(-1)).toBeGreaterThan(40_000)
  reconnects.opened()
  now += 61_000
  expect(reconnects.pauseMs()).toBeLessThan(1_000)
})

test("a short connection does not make the pause short again", () => {
  let now = 0
  const reconnects = createReconnects(() => now)
  for (let tries = 0; tries < 6; tries += 1) {
    reconnects.opened()
    now += 100
    reconnects.pauseMs()
  }
  expect(reconnects.pauseMs()).toBeGreaterThan(10_000)
})

test("the same trouble for the fourth time in five minutes is too often", () => {
  let now = 0
  const reconnects = createReconnects(() => now)
  expect([1, 2, 3].map(() => reconnects.tooOften())).toEqual([false, false, false])
  expect(reconnects.tooOften()).toBe(true)
  now += 6 * 60_000
  expect(reconnects.tooOften()).toBe(false)
})
