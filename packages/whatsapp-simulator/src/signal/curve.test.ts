import { Curve } from "@whiskeysockets/baileys"
import { expect, test } from "vitest"
import { verifySignature } from "./curve.ts"

const message = Buffer.from("what was signed")

test("a signature of libsignal verifies, whatever the sign of the key", () => {
  for (let round = 0; round < 8; round += 1) {
    const { public: publicKey, private: privateKey } = Curve.generateKeyPair()
    expect(verifySignature(publicKey, message, Curve.sign(privateKey, message))).toBe(true)
  }
})

test("a changed message, key or signature does not verify", () => {
  const { public: publicKey, private: privateKey } = Curve.generateKeyPair()
  const signature = Curve.sign(privateKey, message)
  const flipped = Buffer.from(signature)
  flipped.writeUInt8(flipped.readUInt8(3) ^ 1, 3)
  expect(verifySignature(publicKey, Buffer.from("something else"), signature)).toBe(false)
  expect(verifySignature(Curve.generateKeyPair().public, message, signature)).toBe(false)
  expect(verifySignature(publicKey, message, flipped)).toBe(false)
  expect(verifySignature(publicKey, message, Buffer.alloc(64))).toBe(false)
  expect(verifySignature(publicKey, message, signature.subarray(1))).toBe(false)
})
