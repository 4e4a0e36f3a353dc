import { expect, test } from "vitest"
import { silenceLibsignal } from "./quiet-libsignal.ts"
import { SignalDevice } from "./signal-device.ts"

silenceLibsignal()
const alice = { lid: "alice", device: 0 }
const bob = { lid: "bob", device: 0 }

test("two devices understand each other in both directions", async () => {
  const [a, b] = [new SignalDevice("alice"), new SignalDevice("bob")]
  await a.startSession(bob, b.keys.publish())
  const first = await a.encrypt(bob, Buffer.from("hello"))
  expect(first.type).toBe("pkmsg")
  expect((await b.decrypt(alice, first)).toString()).toBe("hello")
  const answer = await b.encrypt(alice, Buffer.from("hi"))
  expect(answer.type).toBe("msg")
  expect((await a.decrypt(bob, answer)).toString()).toBe("hi")
})

test("a bundle whose signed pre-key carries a wrong signature is refused", async () => {
  const [a, b] = [new SignalDevice("alice"), new SignalDevice("bob")]
  const bundle = b.keys.publish()
  const signedPreKey = { ...bundle.signedPreKey, signature: Buffer.alloc(64, 1) }
  await expect(a.startSession(bob, { ...bundle, signedPreKey })).rejects.toThrow("wrong signature")
})

test("a message for an older session leaves the newer one intact", async () => {
  const [a, b] = [new SignalDevice("alice"), new SignalDevice("bob")]
  await a.startSession(bob, b.keys.publish())
  await b.decrypt(alice, await a.encrypt(bob, Buffer.from("first session")))
  await a.decrypt(bob, await b.encrypt(alice, Buffer.from("ratcheted")))
  const late = await a.encrypt(bob, Buffer.from("late"))
  await a.startSession(bob, b.keys.publish())
  await b.decrypt(alice, await a.encrypt(bob, Buffer.from("second session")))
  const answer = await b.encrypt(alice, Buffer.from("on the second"))
  await a.decrypt(bob, answer)
  const next = await a.encrypt(bob, Buffer.from("still on the second"))
  expect((await b.decrypt(alice, late)).toString()).toBe("late")
  expect((await b.decrypt(alice, next)).toString()).toBe("still on the second")
})

test("a message decrypted once is not decrypted again", async () => {
  const [a, b] = [new SignalDevice("alice"), new SignalDevice("bob")]
  await a.startSession(bob, b.keys.publish())
  const message = await a.encrypt(bob, Buffer.from("once"))
  await b.decrypt(alice, message)
  await expect(b.decrypt(alice, message)).rejects.toThrow("used already")
})

test("a group message skipped by others can still be read later", async () => {
  const [a, b] = [new SignalDevice("alice"), new SignalDevice("bob")]
  const key = { group: "1@g.us", owner: "alice@lid" }
  const first = await a.senderKeys.encrypt(key, Buffer.from("one"))
  await b.senderKeys.accept(key, first.distribution)
  const second = await a.senderKeys.encrypt(key, Buffer.from("two"))
  expect((await b.senderKeys.decrypt(key, second.ciphertext)).toString()).toBe("two")
  expect((await b.senderKeys.decrypt(key, first.ciphertext)).toString()).toBe("one")
  await expect(b.senderKeys.decrypt(key, second.ciphertext)).rejects.toThrow("old counter")
})
