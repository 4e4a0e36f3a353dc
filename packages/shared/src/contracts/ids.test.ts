import { expect, test } from "vitest"
import { derivedId, idSchema, messageId, newId } from "./ids.ts"

test("a new id is accepted by the schema of its kind and by no other", () => {
  const id = newId("account")
  expect(idSchema("account").safeParse(id).success).toBe(true)
  expect(idSchema("webhook").safeParse(id).success).toBe(false)
})

test("a derived id depends on every part and on where the parts are split", () => {
  const id = derivedId("delivery", "a", "bc")
  expect(derivedId("delivery", "a", "bc")).toBe(id)
  expect(
    new Set([id, derivedId("delivery", "ab", "c"), derivedId("delivery", "a", "b"), derivedId("event", "a", "bc")])
      .size,
  ).toBe(4)
  expect(idSchema("delivery").safeParse(id).success).toBe(true)
})

test("a received message is identified by chat, author and WhatsApp id; an own message by its WhatsApp id alone", () => {
  const received = { account: "acc_1", chat: "c", author: "a", waId: "3EB0", fromMe: false }
  expect(messageId({ ...received, author: "b" })).not.toBe(messageId(received))
  expect(messageId({ ...received, account: "acc_2" })).not.toBe(messageId(received))
  const own = { ...received, fromMe: true }
  expect(messageId({ ...own, chat: "other form of c" })).toBe(messageId(own))
  expect(messageId(own)).not.toBe(messageId(received))
})
