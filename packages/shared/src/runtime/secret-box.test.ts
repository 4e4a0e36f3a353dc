import { expect, test } from "vitest"
import { createSecretBox } from "./secret-box.ts"

const [oldKey, newKey] = ["11".repeat(32), "22".repeat(32)]
const plain = Buffer.from("a ratchet")

test("what was sealed opens again, only under its own context", () => {
  const box = createSecretBox(newKey)
  const sealed = box.seal(plain, "message:1")
  expect(box.open(sealed, "message:1")).toEqual(plain)
  expect(sealed.includes(plain)).toBe(false)
  expect(() => box.open(sealed, "message:2")).toThrow()
})

test("one flipped bit is refused", () => {
  const box = createSecretBox(newKey)
  const sealed = box.seal(plain, "x")
  for (const at of [0, 2, 10, 20, sealed.length - 1]) {
    const damaged = Buffer.from(sealed)
    damaged.writeUInt8(damaged.readUInt8(at) ^ 1, at)
    expect(() => box.open(damaged, "x")).toThrow()
  }
})

test("after a rotation the previous key still opens, and new values need the new key", () => {
  const sealed = createSecretBox(oldKey).seal(plain, "x")
  expect(createSecretBox(newKey, oldKey).open(sealed, "x")).toEqual(plain)
  expect(() => createSecretBox(newKey).open(sealed, "x")).toThrow()
  expect(() => createSecretBox(oldKey).open(createSecretBox(newKey, oldKey).seal(plain, "x"), "x")).toThrow()
})
