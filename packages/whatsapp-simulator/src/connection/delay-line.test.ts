import { expect, test } from "vitest"
import { eventually } from "../conformance/eventually.ts"
import { DelayLine } from "./delay-line.ts"

test("work runs in the order it was given, even when later work has no delay", async () => {
  const line = new DelayLine()
  const order: number[] = []
  line.push(30, () => order.push(1))
  line.push(0, () => order.push(2))
  line.push(10, () => order.push(3))
  expect(order).toEqual([])
  await eventually(() => expect(order).toEqual([1, 2, 3]))
})

test("without delay and without a queue work runs at once", () => {
  const order: number[] = []
  new DelayLine().push(0, () => order.push(1))
  expect(order).toEqual([1])
})
