import { expect, test } from "vitest"
import { inOrder } from "./in-order.ts"

test("items are started in order, at most so many at a time", async () => {
  const started: number[] = []
  let underWay = 0
  let most = 0
  await inOrder([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    started.push(item)
    most = Math.max(most, (underWay += 1))
    await new Promise((resolve) => setImmediate(resolve))
    underWay -= 1
  })
  expect(started).toEqual([1, 2, 3, 4, 5, 6, 7])
  expect(most).toBe(3)
})

test("after a failure nothing further is started, and it is reported when the rest has ended", async () => {
  const started: number[] = []
  const done: number[] = []
  const work = inOrder([1, 2, 3, 4, 5], 2, async (item) => {
    started.push(item)
    await new Promise((resolve) => setImmediate(resolve))
    if (item === 2) throw new Error("not stored")
    done.push(item)
  })
  await expect(work).rejects.toThrow("not stored")
  expect(started).not.toContain(5)
  expect(done).toEqual(started.filter((item) => item !== 2))
})
