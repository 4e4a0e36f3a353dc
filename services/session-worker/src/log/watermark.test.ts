import { expect, test } from "vitest"
import { createWatermark } from "./watermark.ts"

test("everything is durable when nothing was staged", () => {
  expect(createWatermark().durable).toBe(0)
})

test("content is durable once it has been committed", () => {
  const mark = createWatermark()
  const [first, second] = [mark.next(), mark.next()]
  expect(mark.durable).toBe(0)
  mark.commit(first)
  expect(mark.durable).toBe(first)
  mark.commit(second)
  expect(mark.durable).toBe(second)
})

test("an open hold keeps back what comes after it, though its content is committed", () => {
  const mark = createWatermark()
  const before = mark.next()
  const release = mark.hold()
  const after = mark.next()
  mark.commit(after)
  expect(mark.durable).toBe(before)
  release()
  expect(mark.durable).toBe(mark.last)
})

test("a released hold waits for the commit of what was staged within it", () => {
  const mark = createWatermark()
  const release = mark.hold()
  const within = mark.next()
  release()
  expect(mark.durable).toBe(0)
  mark.commit(within)
  expect(mark.durable).toBe(mark.last)
})

test("holds end in any order", () => {
  const mark = createWatermark()
  const [first, second] = [mark.hold(), mark.hold()]
  second()
  expect(mark.durable).toBe(0)
  first()
  expect(mark.durable).toBe(mark.last)
})
