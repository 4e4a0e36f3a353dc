import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

const ask = (message: string) => account.order("media.reupload", { message })

async function received(messageId: string) {
  const event = await waitUntil("the event", async () =>
    (await world.events("message.received")).find((each) => each.data.waId === messageId),
  )
  return waitUntil("the row", () => world.store.collections.messages.findOne({ _id: event.data.id }))
}

test.each(["pn", "lid"] as const)(
  "the phone says where it has put a %s contact's file again [P50]",
  async (addressing) => {
    const contact = await world.whatsapp.createContact({ addressing })
    const { messageId } = await world.whatsapp.sendMedia({
      from: contact.id,
      to: account.pn,
      kind: "image",
      bytesBase64: randomBytes(500).toString("base64"),
    })
    const row = await received(messageId)
    expect((await ask(row._id)).directPath).toMatch(/^\/mms\/image\//)
  },
)

test("a file that the phone has lost too, a text and a message that does not exist are not found", async () => {
  const contact = await world.whatsapp.createContact()
  const key = randomBytes(32).toString("base64")
  const { messageId } = await world.whatsapp.sendProto({
    from: contact.id,
    to: account.pn,
    message: { imageMessage: { directPath: "/mms/image/lost", mediaKey: key, fileSha256: key, mimetype: "image/png" } },
  })
  const text = await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "no file" })
  for (const id of [(await received(messageId))._id, (await received(text.messageId))._id, newId("message")]) {
    await expect(ask(id)).rejects.toMatchObject({ code: "not_found" })
  }
})
