import { expect, test } from "vitest"
import type { GivenReceipt } from "../connection/receipt-router.ts"
import type { Device } from "../directory/device.ts"
import { User } from "../directory/user.ts"
import { Journal, type JournalEvent } from "./journal.ts"

const ada = person("ada", "4915000000001")
const bob = person("bob", "4915000000002")
const sent = { copies: 1, receivedAt: "2026-01-01T00:00:00.000Z" }

function createJournal(): Journal {
  return new Journal(({ conversation }) => ({ kind: "text", text: conversation ?? "" }))
}

function person(id: string, phone: string): User {
  return new User({ id, phone, lidUser: `2${phone}`, name: id, addressing: "lid" })
}

async function write(journal: Journal, id: string, send = () => Promise.resolve()): Promise<void> {
  await journal.writing(ada, { id, destination: { kind: "user", user: bob }, message: { conversation: id } }, send)
}

function receipt(reader: User, id: string, type: string | undefined): GivenReceipt {
  const device: Device = {
    user: reader,
    id: 0,
    keyIndex: 0,
    deviceIdentity: undefined,
    takeBundle: () => undefined,
    deliver: () => undefined,
  }
  return { reader: device, messageIds: [id], type, chat: ada.lid }
}

test("ticks follow what recipients confirm, never backwards, and strangers do not turn them", async () => {
  const journal = createJournal()
  await write(journal, "1")
  const status = () => journal.of("ada")[0]?.status
  expect(status()).toBe("sent")
  journal.confirmed(receipt(person("eve", "4915000000003"), "1", "read"))
  journal.confirmed(receipt(ada, "1", "read"))
  journal.confirmed(receipt(bob, "1", "retry"))
  expect(status()).toBe("sent")
  journal.confirmed(receipt(bob, "1", undefined))
  expect(status()).toBe("delivered")
  journal.confirmed(receipt(bob, "1", "read"))
  journal.confirmed(receipt(bob, "1", "inactive"))
  expect(status()).toBe("read")
})

test("a message that did not leave says so, and the sender learns why", async () => {
  const journal = createJournal()
  const events: JournalEvent[] = []
  journal.watch("ada", (event) => events.push(event))
  await expect(write(journal, "1", () => Promise.reject(new Error("no keys")))).rejects.toThrow("no keys")
  expect(journal.of("ada")[0]?.status).toBe("failed")
  expect(events).toHaveLength(2)
})

test("only the author of a message changes or deletes it", () => {
  const journal = createJournal()
  journal.received(ada, { ...sent, messageId: "1", from: bob.pn, chat: bob.pn, kind: "text", text: "mine" })
  const change = { ...sent, chat: bob.pn, refersTo: "1" }
  journal.received(ada, { ...change, messageId: "2", from: "eve@s.whatsapp.net", kind: "edit", text: "hers" })
  journal.received(ada, { ...change, messageId: "3", from: "eve@s.whatsapp.net", kind: "revoke" })
  expect(journal.of("ada")).toMatchObject([{ id: "1", text: "mine", kind: "text", isEdited: false }])
  journal.received(ada, { ...change, messageId: "4", from: bob.pn, kind: "revoke" })
  expect(journal.of("ada")).toMatchObject([{ id: "1", text: "", kind: "revoked" }])
})

test("a phone shows the latest 200 messages, and a copy once", () => {
  const journal = createJournal()
  for (let number = 1; number <= 201; number += 1) {
    const message = { messageId: `${number}`, from: bob.pn, chat: bob.pn, kind: "text", text: `${number}` }
    journal.received(ada, { ...sent, ...message })
    journal.received(ada, { ...sent, ...message, copies: 2 })
  }
  const shown = journal.of("ada")
  expect(shown).toHaveLength(200)
  expect(shown[0]?.id).toBe("2")
})

test("a photo is kept only as a type that shows nothing but a picture", () => {
  const journal = createJournal()
  const photo = { ...sent, from: bob.pn, chat: bob.pn, kind: "image", bytesBase64: "AAAA" }
  journal.received(ada, { ...photo, messageId: "1", mimetype: "image/png" })
  journal.received(ada, { ...photo, messageId: "2", mimetype: "image/svg+xml" })
  expect(journal.photo("ada", "1")).toEqual({ bytes: Buffer.alloc(3), mimetype: "image/png" })
  expect(journal.of("ada").map(({ hasPhoto }) => hasPhoto)).toEqual([true, false])
  expect(journal.photo("ada", "2")).toBeUndefined()
})
