import { Curve } from "@whiskeysockets/baileys"
import { afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { eventually } from "./eventually.ts"
import type { SimulatorClient } from "../client/index.ts"
import type { Simulator } from "../simulator.ts"
import { verifySignature } from "../signal/curve.ts"
import { BaileysClient } from "./baileys-client.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { linkAccount, type LinkedAccount } from "./link.ts"
import { startLinked } from "./start-linked.ts"

let simulator: Simulator
let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked({ ackDelayMs: 0 })
  ;({ simulator, control, account } = linked)
  return linked.stop
})

beforeEach(async () => {
  await control.clearFaults()
})

afterEach(() => nothingWasRefused(control))

/** Sends a text and records the acks of the server for it. */
async function sendWatched(to: string, text: string): Promise<{ id: string; acks: (string | undefined)[] }> {
  const acks: (string | undefined)[] = []
  const seen = new Map<string, (string | undefined)[]>()
  const listener = ({ attrs }: { attrs: Record<string, string> }) => {
    const id = attrs["id"] ?? ""
    seen.set(id, [...(seen.get(id) ?? []), attrs["error"]])
    if (id === sentId) acks.push(attrs["error"])
  }
  let sentId = ""
  account.client.socket.ws.on("CB:ack,class:message", listener)
  const sent = await account.client.socket.sendMessage(to, { text })
  sentId = sent?.key.id ?? ""
  acks.push(...(seen.get(sentId) ?? []))
  return { id: sentId, acks }
}

test("every message is acknowledged by the server", async () => {
  const contact = await control.createContact({})
  const { acks } = await sendWatched(contact.pn, "plain")
  await eventually(() => expect(acks).toEqual([undefined]))
})

test("a dropped ack leaves the message delivered and unacknowledged", async () => {
  const contact = await control.createContact({})
  await control.setFault({ kind: "ack-drop", phoneId: account.phone.id, count: 1 })
  const { id, acks } = await sendWatched(contact.pn, "silence")
  expect(await control.waitForMessage({ contactId: contact.id, match: { messageId: id } })).toMatchObject({ copies: 1 })
  const next = await sendWatched(contact.pn, "after silence")
  await eventually(() => expect(next.acks).toHaveLength(1))
  expect(acks).toEqual([])
})

test("a refused message reaches nobody and names its code", async () => {
  const contact = await control.createContact({})
  await control.setFault({ kind: "ack-error", code: 479, count: 1 })
  const { id, acks } = await sendWatched(contact.pn, "refused")
  await eventually(() => expect(acks).toEqual(["479"]))
  const next = await sendWatched(contact.pn, "accepted")
  await control.waitForMessage({ contactId: contact.id, match: { messageId: next.id } })
  expect(await control.receivedMessages({ contactId: contact.id, messageId: id })).toEqual([])
})

test("a delayed ack holds back what follows, in order", async () => {
  const contact = await control.createContact({})
  await control.setFault({ kind: "ack-delay", delayMs: 300, count: 1 })
  const first = await sendWatched(contact.pn, "slow")
  const second = await sendWatched(contact.pn, "fast")
  await control.waitForMessage({ contactId: contact.id, match: { messageId: second.id } })
  const received = await control.receivedMessages({ contactId: contact.id })
  expect(received.map(({ messageId }) => messageId)).toEqual([first.id, second.id])
})

test("an undecryptable message is asked for again and arrives under the same id", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await control.setFault({ kind: "undecryptable-message", phoneId: phone.id, count: 1 })
  const { messageId } = await control.sendText({ from: contact.id, to: phone.pn, text: "second try" })
  await client.waitFor("messages.upsert", ({ messages }) =>
    messages.some(({ key, message }) => key.id === messageId && message?.conversation === "second try"),
  )
  expect((await control.receipts({ messageId })).map(({ type }) => type)).toEqual(["retry", "delivered"])
})

test("a contact that cannot decrypt asks again and gets the message under the same id", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const before = await client.socket.sendMessage(contact.pn, { text: "fine" })
  await control.waitForMessage({ contactId: contact.id, match: { messageId: before?.key.id ?? "" } })
  await control
    .sendText({ from: contact.id, to: phone.pn, text: "so the session has ratcheted" })
    .then(({ messageId }) => control.waitForReceipt({ messageId }))
  await control.setFault({ kind: "contact-cannot-decrypt", phoneId: phone.id, count: 1 })
  const sent = await client.socket.sendMessage(contact.pn, { text: "say again" })
  const match = { messageId: sent?.key.id ?? "" }
  expect(await control.waitForMessage({ contactId: contact.id, match })).toMatchObject({
    text: "say again",
    copies: 1,
  })
  expect(await control.counters()).toMatchObject({ retriesByContacts: 1, decryptErrors: 1 })
})

test("a duplicated message reaches the client twice under one id", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await control.setFault({ kind: "duplicate-message", count: 1 })
  const stanzas: string[] = []
  client.socket.ws.on("CB:message", ({ attrs }: { attrs: Record<string, string> }) => stanzas.push(attrs["id"] ?? ""))
  const { messageId } = await control.sendText({ from: contact.id, to: phone.pn, text: "twice" })
  await eventually(() => expect(stanzas).toEqual([messageId, messageId]))
  await client.waitFor("messages.upsert", ({ messages }) => messages.some(({ key }) => key.id === messageId))
})

test("a query of the named namespace fails with the named code", async () => {
  await control.setFault({ kind: "iq-error", xmlns: "blocklist", code: 429, count: 1 })
  await expect(account.client.socket.fetchBlocklist()).rejects.toMatchObject({ data: 429 })
  expect(await account.client.socket.fetchBlocklist()).toEqual([])
})

test("a forged account signature pairs with an unmodified client, and is counted", async () => {
  // Baileys ignores the result of its signature check; the HMAC around the forgery is right.
  await control.setFault({ kind: "forged-pairing", count: 1 })
  const { client } = await linkAccount(simulator)
  expect((await control.counters()).forgeriesAccepted).toBe(1)
  await client.stop()
})

test("a strict client refuses a forged account signature", async () => {
  await strictly(async () => {
    await control.setFault({ kind: "forged-pairing", count: 1 })
    await expect(linkAccount(simulator)).rejects.toMatchObject({ status: 409 })
  })
})

test("a certificate nobody trusts is presented, and a strict client refuses it", async () => {
  await strictly(async () => {
    const trusting = new BaileysClient(simulator).connect()
    await trusting.waitFor("connection.update", ({ qr }) => qr !== undefined)
    await trusting.stop()
    await control.setFault({ kind: "wrong-certificate", count: 1 })
    const strict = new BaileysClient(simulator).connect()
    expect(await strict.closeCode()).toBe(400)
  })
})

/** Runs with a Baileys whose signature check is real. */
async function strictly(work: () => Promise<void>): Promise<void> {
  const original = Curve.verify
  Curve.verify = verifySignature
  try {
    await work()
  } finally {
    Curve.verify = original
  }
}
