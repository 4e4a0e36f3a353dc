import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { text } from "./conversations.ts"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

test.each(["pn", "lid"] as const)(
  "before a message to a %s contact it sees somebody type for the time asked, then pause, then the message [P35]",
  async (addressing) => {
    const contact = await world.whatsapp.createContact({ addressing })
    const typingMs = 1_500
    const sent = await world.queue(account.id, contact[addressing], text("here I am"), undefined, { typingMs })
    expect(await world.send(account.id, sent.id)).toBe("server_ack")
    const { receivedAt } = await world.received(contact.id, sent.waId)
    const seen = await world.whatsapp.typingSeen({ contactId: contact.id })
    expect(seen.map(({ state }) => state)).toEqual(["composing", "paused"])
    const [composing, paused] = seen.map(({ at }) => Date.parse(at))
    expect((paused ?? 0) - (composing ?? 0)).toBeGreaterThan(typingMs - 200)
    expect(Date.parse(receivedAt)).toBeGreaterThanOrEqual(paused ?? Infinity)
  },
)

test("before a voice note the contact sees somebody record [P35]", async () => {
  const contact = await world.whatsapp.createContact()
  const mediaId = await world.storeFile(randomBytes(500), "audio/ogg")
  const content = { type: "audio", voice: true, mediaId } as const
  const sent = await world.queue(account.id, contact.pn, content, undefined, { typingMs: 500 })
  expect(await world.send(account.id, sent.id)).toBe("server_ack")
  await world.received(contact.id, sent.waId)
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
  await Promise.all([world.received(ada.id, slow.waId), world.received(ada.id, behind.waId)])
  const inOrder = await world.whatsapp.receivedMessages({ contactId: ada.id })
  expect(inOrder.map((message) => message.text)).toEqual(["first", "second"])
})
