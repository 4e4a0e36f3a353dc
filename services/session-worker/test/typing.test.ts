import { randomBytes } from "node:crypto"
import { Readable } from "node:stream"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  world = await createWorld({ ackDelayMs: 20 })
  await world.startWorker()
  account = await world.linkAccount()
})

afterAll(() => world.stop())

const text = (words: string) => ({ type: "text", text: words }) as const
const got = (contactId: string, waId: string) =>
  world.whatsapp.waitForMessage({ contactId, match: { messageId: waId }, timeoutMs: 30_000 })

test.each(["pn", "lid"] as const)(
  "before a message to a %s contact it sees somebody type for the time asked, then pause, then the message [P35]",
  async (addressing) => {
    const contact = await world.whatsapp.createContact({ addressing })
    const typingMs = 1_500
    const sent = await world.queue(account.id, contact[addressing], text("here I am"), undefined, { typingMs })
    expect(await world.send(account.id, sent.id)).toBe("server_ack")
    const { receivedAt } = await got(contact.id, sent.waId)
    const seen = await world.whatsapp.typingSeen({ contactId: contact.id })
    expect(seen.map(({ state }) => state)).toEqual(["composing", "paused"])
    const [composing, paused] = seen.map(({ at }) => Date.parse(at))
    expect((paused ?? 0) - (composing ?? 0)).toBeGreaterThan(typingMs - 200)
    expect(Date.parse(receivedAt)).toBeGreaterThanOrEqual(paused ?? Infinity)
  },
)

test("before a voice note the contact sees somebody record [P35]", async () => {
  const contact = await world.whatsapp.createContact()
  const mediaId = newId("media")
  const described = { id: mediaId, tenant: world.tenant, account: null, mimetype: "audio/ogg", fileName: null }
  await world.store.media.put(Readable.from([randomBytes(500)]), described, { bytesMax: 1_000 })
  const content = { type: "audio", voice: true, mediaId } as const
  const sent = await world.queue(account.id, contact.pn, content, undefined, { typingMs: 500 })
  expect(await world.send(account.id, sent.id)).toBe("server_ack")
  await got(contact.id, sent.waId)
  const seen = await world.whatsapp.typingSeen({ contactId: contact.id })
  expect(seen.map(({ state }) => state)).toEqual(["recording", "paused"])
})

test("other chats do not wait while somebody types; the same chat does, in order", async () => {
  const [ada, ben] = [await world.whatsapp.createContact(), await world.whatsapp.createContact()]
  const slow = await world.queue(account.id, ada.pn, text("first"), undefined, { typingMs: 6_000 })
  const behind = await world.queue(account.id, ada.pn, text("second"))
  const other = await world.queue(account.id, ben.pn, text("meanwhile"))
  expect(await world.send(account.id, other.id)).toBe("server_ack")
  expect(await world.whatsapp.receivedMessages({ contactId: ada.id })).toEqual([])
  expect(await world.send(account.id, behind.id)).toBe("server_ack")
  await Promise.all([got(ada.id, slow.waId), got(ada.id, behind.waId)])
  const inOrder = await world.whatsapp.receivedMessages({ contactId: ada.id })
  expect(inOrder.map((message) => message.text)).toEqual(["first", "second"])
}, 30_000)
