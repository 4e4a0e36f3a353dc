import { expect, test } from "vitest"
import { createPersist } from "./persist.ts"
import { limited } from "./limited.ts"
import { silentLog } from "@wildcat/shared/testing"

const never = () => new Promise<string>(() => undefined)

test("an answer in time is handed on, a missing one is a failure", async () => {
  expect(await limited(1_000, Promise.resolve("yes"))).toBe("yes")
  await expect(limited(20, never())).rejects.toThrow("no answer within 20 ms")
})

test("a question that is never answered, or fails, is asked again", async () => {
  const answers = [never, () => Promise.reject(new Error("away")), () => Promise.resolve("yes")]
  const persist = createPersist({ isDead: false }, silentLog, 20)
  expect(await persist(() => (answers.shift() ?? never)())).toBe("yes")
})

test("a session whose log has died asks no more", async () => {
  const persist = createPersist({ isDead: true }, silentLog, 20)
  await expect(persist(() => Promise.reject(new Error("away")))).rejects.toThrow("away")
})
