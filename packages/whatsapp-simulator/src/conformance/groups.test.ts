import { afterEach, beforeAll, expect, test } from "vitest"
import { eventually } from "./eventually.ts"
import type { SimulatorClient } from "../client/index.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import type { LinkedAccount } from "./link.ts"
import { startLinked } from "./start-linked.ts"

let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked()
  ;({ control, account } = linked)
  return linked.stop
})

afterEach(() => nothingWasRefused(control))

for (const addressing of ["lid", "pn"] as const) {
  test(`text passes both ways in a group addressed by ${addressing}`, async () => {
    const { client, phone } = account
    const ada = await control.createContact({ name: "Ada" })
    const bob = await control.createContact({ name: "Bob" })
    const group = await control.createGroup({ subject: "Trip", participants: [ada.id, bob.id, phone.id], addressing })
    await client.waitFor("groups.upsert", (groups) => groups.some(({ id }) => id === group.id))
    const metadata = await client.socket.groupMetadata(group.id)
    expect(metadata).toMatchObject({ subject: "Trip", addressingMode: addressing, size: 3 })

    for (const text of ["first", "second"]) {
      const { messageId } = await control.sendText({ from: ada.id, groupId: group.id, text })
      const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
      expect(messages[0]?.message?.conversation).toBe(text)
      expect(messages[0]?.key).toMatchObject({
        remoteJid: group.id,
        participant: addressing === "lid" ? ada.lid : ada.pn,
      })
      const match = { messageId }
      expect(await control.waitForMessage({ contactId: bob.id, match })).toMatchObject({
        text,
        chat: group.id,
      })
    }

    for (const text of ["third", "fourth"]) {
      const sent = await client.socket.sendMessage(group.id, { text })
      const match = { messageId: sent?.key.id ?? "" }
      for (const contactId of [ada.id, bob.id, phone.id]) {
        const received = await control.waitForMessage({ contactId, match })
        expect(received).toMatchObject({ text, chat: group.id, from: phone.pn, copies: 1 })
      }
      await client.waitFor("message-receipt.update", (updates) => updates.some(({ key }) => key.id === match.messageId))
    }
  })
}

test("an account lists the groups it is in", async () => {
  const groups = await account.client.socket.groupFetchAllParticipating()
  expect(Object.values(groups).map(({ subject }) => subject)).toEqual(["Trip", "Trip"])
})

test("a message nobody could read is asked for again, in a group too", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const group = await control.createGroup({ subject: "Repair", participants: [contact.id, phone.id] })
  await control.setFault({ kind: "undecryptable-message", count: 1 })
  const { messageId } = await control.sendText({ from: contact.id, groupId: group.id, text: "repaired" })
  await client.waitFor("messages.upsert", ({ messages }) =>
    messages.some(({ key, message }) => key.id === messageId && message?.conversation === "repaired"),
  )
  const { messageId: next } = await control.sendText({ from: contact.id, groupId: group.id, text: "next" })
  const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === next)
  expect(messages[0]?.message?.conversation).toBe("next")
})

test("a complete run leaves no decrypt error and no unknown stanza", async () => {
  expect(await control.counters()).toMatchObject({ decryptErrors: 0, unknownStanzas: 0, malformedStanzas: 0 })
  await eventually(async () => expect(await control.queue({ phoneId: account.phone.id })).toEqual([]))
})
