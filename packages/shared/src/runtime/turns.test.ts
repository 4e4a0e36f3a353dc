import { expect, test } from "vitest"
import { createTurns } from "./turns.ts"

test("so many at a time, the others in order; one that gives up does not hold up the next", async () => {
  const turns = createTurns(2)
  const begun: number[] = []
  const take = async (n: number, signal?: AbortSignal) => {
    const end = await turns.take(signal)
    if (end !== null) begun.push(n)
    return end
  }
  const [first, second] = await Promise.all([take(1), take(2)])
  const leaving = new AbortController()
  const [third, fourth] = [take(3, leaving.signal), take(4)]
  leaving.abort()
  expect(await third).toBe(null)
  expect(begun).toEqual([1, 2])
  first?.()
  first?.()
  await fourth
  expect(begun).toEqual([1, 2, 4])
  const fifth = take(5)
  second?.()
  await fifth
  expect(begun).toEqual([1, 2, 4, 5])
})
