import { expect, test } from "vitest"
import { createSlots } from "./slots.ts"

test("what is under way is bounded per webhook and in all", () => {
  const slots = createSlots({ total: 3, each: 2 })
  expect(slots.free("a")).toBe(2)
  slots.take("a")
  slots.take("a")
  expect([slots.free("a"), slots.free("b")]).toEqual([0, 1])
  slots.take("b")
  expect([slots.free("b"), slots.free("c"), slots.freeInAll()]).toEqual([0, 0, 0])
  slots.release("a", true)
  expect([slots.free("a"), slots.free("c"), slots.freeInAll()]).toEqual([1, 1, 1])
})

test("an endpoint that keeps failing gets one attempt at a time until it works again", () => {
  const slots = createSlots({ total: 10, each: 4 })
  const attempt = (worked: boolean) => {
    slots.take("a")
    slots.release("a", worked)
    return slots.free("a")
  }
  expect([attempt(false), attempt(false), attempt(false), attempt(false), attempt(true)]).toEqual([4, 4, 1, 1, 4])
})
