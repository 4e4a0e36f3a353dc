import { downloadMediaMessage } from "@whiskeysockets/baileys"
import { afterEach, beforeAll, expect, test } from "vitest"
import type { SimulatorClient } from "../client/index.ts"
import { eventually } from "./eventually.ts"
import type { LinkedAccount } from "./link.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { picture } from "./samples.ts"
import { startLinked } from "./start-linked.ts"

let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked({ ackDelayMs: 0, seed: 11 })
  ;({ control, account } = linked)
  return linked.stop
})

afterEach(async () => {
  await control.clearFaults()
  await nothingWasRefused(control)
})

/** Ids of the messages the client is given, in order. */
function arrivals(): string[] {
  const ids: string[] = []
  account.client.socket.ws.on("CB:message", ({ attrs }: { attrs: Record<string, string> }) =>
    ids.push(attrs["id"] ?? ""),
  )
  return ids
}

/** A contact that has written once: what follows needs no new session. */
async function acquaintance() {
  const contact = await control.createContact({})
  const { messageId } = await control.sendText({ from: contact.id, to: account.phone.pn, text: "hello" })
  await control.waitForReceipt({ messageId })
  return contact
}

const text = async (from: string, words: string) =>
  (await control.sendText({ from, to: account.phone.pn, text: words })).messageId
const shown = (id: string) =>
  account.client.waitFor("messages.upsert", ({ messages }) => messages.some(({ key }) => key.id === id))

/** The next rejection nobody handles, instead of the failure of the test run it would be. */
async function unhandledRejection(): Promise<unknown> {
  const listeners = process.listeners("unhandledRejection")
  process.removeAllListeners("unhandledRejection")
  try {
    return await new Promise((resolve) => process.once("unhandledRejection", resolve))
  } finally {
    for (const listener of listeners) process.on("unhandledRejection", listener)
  }
}

async function reconnect(): Promise<void> {
  const { client } = account
  client.forgetEvents()
  client.connect()
  await client.waitFor("connection.update", ({ connection }) => connection === "open")
}

for (const code of [429, 463]) {
  test(`a send refused with ${code} is seen as failed with that code`, async () => {
    const { client, phone } = account
    const contact = await acquaintance()
    const refusals: (string | undefined)[] = []
    client.socket.ws.on("CB:ack,class:message", ({ attrs }: { attrs: Record<string, string> }) =>
      refusals.push(attrs["error"]),
    )
    await control.setFault({ kind: "ack-error", code, phoneId: phone.id, count: 1 })
    await client.socket.sendMessage(contact.pn, { text: "too much" })
    await eventually(() => expect(refusals).toContain(String(code)))
    await client.socket.sendMessage(contact.pn, { text: "enough" })
    await control.waitForMessage({ contactId: contact.id, match: { text: "enough" } })
    expect(await control.receivedMessages({ contactId: contact.id, text: "too much" })).toEqual([])
  })
}

test("over a slow connection everything arrives, in order", async () => {
  const contact = await acquaintance()
  const ids = arrivals()
  await control.setFault({ kind: "slow-connection", delayMs: 50, phoneId: account.phone.id })
  const sent = [await text(contact.id, "one"), await text(contact.id, "two"), await text(contact.id, "three")]
  await eventually(() => expect(ids).toEqual(sent))
})

for (const kind of ["corrupt-connection", "stanza-corrupt"] as const) {
  // Baileys lets what it cannot decrypt or decode become an unhandled rejection, and keeps the connection.
  test(`after ${kind} the client fails, and what was under way comes after the next login`, async () => {
    const contact = await acquaintance()
    const failure = unhandledRejection()
    await control.setFault({ kind, stanza: "message", phoneId: account.phone.id, count: 1 })
    const id = await text(contact.id, "on a bad line")
    expect(await failure).toBeInstanceOf(Error)
    expect((await control.queue({ phoneId: account.phone.id })).map((stanza) => stanza.id)).toEqual([id])
    await control.disconnect({ phoneId: account.phone.id, how: "drop" })
    await account.client.closeCode()
    await reconnect()
    await shown(id)
  })
}

test("a lost stanza stays in the queue and comes after the next login", async () => {
  const contact = await acquaintance()
  await control.setFault({ kind: "stanza-drop", stanza: "message", phoneId: account.phone.id, count: 1 })
  const lost = await text(contact.id, "lost")
  const next = await text(contact.id, "next")
  await shown(next)
  await eventually(async () => {
    expect((await control.queue({ phoneId: account.phone.id })).map(({ id }) => id)).toEqual([lost])
  })
  await control.disconnect({ phoneId: account.phone.id, how: "drop" })
  await account.client.closeCode()
  await reconnect()
  await shown(lost)
})

test("a delayed stanza is overtaken", async () => {
  const contact = await acquaintance()
  const ids = arrivals()
  await control.setFault({ kind: "stanza-delay", stanza: "message", delayMs: 500, phoneId: account.phone.id, count: 1 })
  const sent = [await text(contact.id, "late"), await text(contact.id, "early")]
  await eventually(() => expect(ids).toEqual(sent.toReversed()))
})

test("reordered stanzas arrive the other way round, and both are read", async () => {
  const contact = await acquaintance()
  const ids = arrivals()
  await control.setFault({ kind: "stanza-reorder", stanza: "message", phoneId: account.phone.id, count: 1 })
  const sent = [await text(contact.id, "first"), await text(contact.id, "second")]
  await eventually(() => expect(ids).toEqual(sent.toReversed()))
  for (const id of sent) await shown(id)
})

test("a duplicated receipt arrives twice", async () => {
  const { client, phone } = account
  const contact = await acquaintance()
  const ids: string[] = []
  client.socket.ws.on("CB:receipt", ({ attrs }: { attrs: Record<string, string> }) => ids.push(attrs["id"] ?? ""))
  await control.setFault({ kind: "stanza-duplicate", stanza: "receipt", phoneId: phone.id, count: 1 })
  const sent = await client.socket.sendMessage(contact.pn, { text: "confirm twice" })
  await eventually(() => expect(ids).toEqual([sent?.key.id, sent?.key.id]))
})

test("the end of the offline queue is held back: receipts leave, events wait for the marker", async () => {
  const { client, phone } = account
  const contact = await acquaintance()
  await client.stop()
  const id = await text(contact.id, "while away")
  await control.setFault({ kind: "offline-end-held", phoneId: phone.id, count: 1 })
  await reconnect()
  await control.waitForReceipt({ messageId: id })
  expect(client.seen("messages.upsert")).toEqual([])
  await control.clearFaults()
  expect((await shown(id)).type).toBe("append")
})

test("without one-time pre-keys sessions still begin, both ways", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await control.setFault({ kind: "pre-key-starvation", phoneId: contact.id })
  await client.socket.sendMessage(contact.pn, { text: "no key left" })
  await control.waitForMessage({ contactId: contact.id, match: { text: "no key left" } })
  const stranger = await control.createContact({})
  await control.setFault({ kind: "pre-key-starvation", phoneId: phone.id })
  await shown(await text(stranger.id, "none here either"))
})

test("a forged signed pre-key is taken by an unmodified client, whose library does not check it", async () => {
  const contact = await control.createContact({})
  await control.setFault({ kind: "forged-bundle" })
  const sent = await account.client.socket.sendMessage(contact.pn, { text: "trusting" })
  const match = { messageId: sent?.key.id ?? "" }
  await control.waitForMessage({ contactId: contact.id, match })
})

test("a slow media server keeps a download waiting", async () => {
  const contact = await acquaintance()
  const { messageId } = await control.sendMedia({
    from: contact.id,
    to: account.phone.pn,
    kind: "image",
    bytesBase64: picture.toString("base64"),
  })
  const [message] = (await shown(messageId)).messages
  if (!message) throw new Error("no message in the upsert")
  await control.setFault({ kind: "media-slow", delayMs: 600_000, count: 1 })
  const url = message.message?.imageMessage?.url ?? ""
  await expect(fetch(url, { signal: AbortSignal.timeout(300) })).rejects.toThrow("timeout")
  expect(await downloadMediaMessage(message, "buffer", {})).toEqual(picture)
})
