import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { derivedId, newId } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

test("a contact's image becomes an event with a signed link and one task to fetch it", async () => {
  const contact = await world.whatsapp.createContact()
  const bytes = randomBytes(5_000)
  await world.whatsapp.sendImage({
    from: contact.id,
    to: account.pn,
    caption: "look",
    mimetype: "image/png",
    bytesBase64: bytes.toString("base64"),
  })
  const event = await waitUntil("the event", async () => (await world.events("message.received"))[0])
  expect(event.data.content).toEqual({ type: "image", caption: "look" })
  expect(event.data.media).toMatchObject({ id: derivedId("media", event.data.id), mimetype: "image/png", bytes: 5_000 })
  expect(event.data.media?.url).toMatch(/\/v1\/media\/med_.*\/content\?expires=\d+&signature=/)
  const task = await waitUntil("the task", async () => {
    const { bus } = world
    return bus.manager.streams.getMessage(bus.subjects.mediaStream, {
      last_by_subj: bus.subjects.mediaTask({ tenant: world.tenant, account: account.id }),
    })
  })
  expect(task.json()).toEqual({
    tenant: world.tenant,
    account: account.id,
    message: event.data.id,
    media: event.data.media?.id,
    event: event.id,
  })
  const row = await world.store.collections.messages.findOne({ _id: event.data.id })
  expect(row?.media).toMatchObject({ status: "pending", error: null })
  expect(
    row?.raw === null ? 0 : world.box.open(row?.raw.buffer ?? new Uint8Array(), `message:${event.data.id}`).length,
  ).toBeGreaterThan(100)
})

test("an image from the media store arrives at the contact with its bytes and caption [A15 C6 E5 P15]", async () => {
  const contact = await world.whatsapp.createContact()
  const bytes = randomBytes(200_000)
  const mediaId = await world.storeFile(bytes)
  const { id, waId } = await world.queue(account.id, contact.pn, { type: "image", mediaId, caption: "for you" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(contact.id, waId)
  expect(got).toMatchObject({ kind: "image", caption: "for you", mimetype: "image/jpeg", copies: 1 })
  expect(got.bytesBase64).toBe(bytes.toString("base64"))
})

test("an image that is not stored any more fails with its reason, and the next send is not held up", async () => {
  const contact = await world.whatsapp.createContact()
  const lost = await world.queue(account.id, contact.pn, { type: "image", mediaId: newId("media") })
  const next = await world.queue(account.id, contact.pn, { type: "text", text: "after it" })
  expect(await world.send(account.id, lost.id)).toBe("failed")
  expect(await world.send(account.id, next.id)).toBe("server_ack")
  const row = await world.store.collections.outbox.findOne({ _id: lost.id })
  expect(row?.error?.code).toBe("media_not_found")
})
