import { randomBytes } from "node:crypto"
import { downloadMediaMessage, type WAMessage } from "@whiskeysockets/baileys"
import { afterEach, beforeAll, expect, test } from "vitest"
import type { SimulatorClient } from "../client/index.ts"
import type { Simulator } from "../simulator.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import type { LinkedAccount } from "./link.ts"
import { startLinked } from "./start-linked.ts"

const picture = randomBytes(50_000)
let simulator: Simulator
let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked()
  ;({ simulator, control, account } = linked)
  return linked.stop
})

afterEach(() => nothingWasRefused(control))

async function receiveImage(caption?: string): Promise<WAMessage> {
  const contact = await control.createContact({})
  const { messageId } = await control.sendImage({
    from: contact.id,
    to: account.phone.phone,
    bytesBase64: picture.toString("base64"),
    ...(caption === undefined ? {} : { caption }),
  })
  const { messages } = await account.client.waitFor(
    "messages.upsert",
    (upsert) => upsert.messages[0]?.key.id === messageId,
  )
  const [message] = messages
  if (!message) throw new Error("no message in the upsert")
  return message
}

test("an image of a contact reaches the client with its caption and bytes", async () => {
  const message = await receiveImage("look at this")
  expect(message.message?.imageMessage?.caption).toBe("look at this")
  expect(await downloadMediaMessage(message, "buffer", {})).toEqual(picture)
})

test("an image of the client reaches the contact, hashes and MAC verified", async () => {
  const contact = await control.createContact({})
  const sent = await account.client.socket.sendMessage(contact.pn, {
    image: picture,
    caption: "a picture",
    mimetype: "image/png",
  })
  const match = { messageId: sent?.key.id ?? "" }
  const received = await control.waitForMessage({ contactId: contact.id, match })
  expect(received).toMatchObject({ kind: "image", caption: "a picture", mimetype: "image/png" })
  expect(Buffer.from(received.bytesBase64 ?? "", "base64")).toEqual(picture)
})

test("a file can also be fetched over plain http", async () => {
  const message = await receiveImage()
  const path = message.message?.imageMessage?.directPath ?? ""
  const response = await fetch(`${simulator.mediaUrl.replace("https:", "http:")}${path}`)
  expect(response.status).toBe(200)
  expect((await response.arrayBuffer()).byteLength).toBeGreaterThan(picture.length)
})

test("a file that is gone is answered as the fault says", async () => {
  const message = await receiveImage()
  await control.setFault({ kind: "media-status", status: 410, count: 1 })
  await expect(downloadMediaMessage(message, "buffer", {})).rejects.toThrow("Failed to fetch")
  expect(await downloadMediaMessage(message, "buffer", {})).toEqual(picture)
})

test("a corrupt file differs from what the message's hash promises", async () => {
  const message = await receiveImage()
  await control.setFault({ kind: "media-corrupt", count: 1 })
  expect(await downloadMediaMessage(message, "buffer", {})).not.toEqual(picture)
})

test("a truncated file cannot be decrypted to the end", async () => {
  const message = await receiveImage()
  await control.setFault({ kind: "media-truncate", count: 1 })
  await expect(downloadMediaMessage(message, "buffer", {})).rejects.toThrow("decrypt")
})

test("a refused upload fails the send", async () => {
  const contact = await control.createContact({})
  await control.setFault({ kind: "upload-status", status: 503, count: 1 })
  await expect(account.client.socket.sendMessage(contact.pn, { image: picture })).rejects.toThrow("upload")
})

test("the phone uploads a lost file again when the client asks", async () => {
  const { socket } = account.client
  const message = await receiveImage()
  await socket.refreshMediaConn(true)
  const before = message.message?.imageMessage?.directPath
  const updated = await socket.updateMediaMessage(message)
  expect(updated.message?.imageMessage?.directPath).not.toBe(before)
  expect(await downloadMediaMessage(updated, "buffer", {})).toEqual(picture)
})
