import { afterEach, beforeAll, expect, test } from "vitest"
import type { SimulatorClient } from "../client/index.ts"
import type { Simulator } from "../simulator.ts"
import { eventually } from "./eventually.ts"
import { linkAccount, type LinkedAccount } from "./link.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { picture } from "./samples.ts"
import { startLinked } from "./start-linked.ts"

let simulator: Simulator
let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked({ ackDelayMs: 0 })
  ;({ simulator, control, account } = linked)
  return linked.stop
})

afterEach(() => nothingWasRefused(control))

const profile = () => control.profile({ person: account.phone.id })

test("the account's about is set, and a contact's is read", async () => {
  await account.client.socket.updateProfileStatus("Open until six")
  expect((await profile()).about).toBe("Open until six")
  const contact = await control.createContact({})
  await control.setAbout({ contactId: contact.id, text: "At sea" })
  const [found] = (await account.client.socket.fetchStatus(contact.pn)) ?? []
  expect(found).toMatchObject({ id: contact.pn, status: { status: "At sea" } })
})

test("the account's picture is set, read back and removed", async () => {
  const { socket } = account.client
  const own = account.phone.pn
  await socket.updateProfilePicture(own, picture)
  const url = await socket.profilePictureUrl(own, "image")
  const shown = Buffer.from(await (await fetch(url ?? "")).arrayBuffer())
  expect(shown.toString("base64")).toBe((await profile()).pictureBase64)
  expect(shown.subarray(0, 2).toString("hex")).toBe("ffd8")
  await socket.removeProfilePicture(own)
  expect((await profile()).pictureBase64).toBeUndefined()
})

test("a contact's picture is announced, read and gone when removed", async () => {
  const { client } = account
  const contact = await control.createContact({})
  await control.setPicture({ contactId: contact.id, bytesBase64: picture.toString("base64") })
  await client.waitFor("contacts.update", (updates) =>
    updates.some(({ id, imgUrl }) => id === contact.lid && imgUrl === "changed"),
  )
  const url = await client.socket.profilePictureUrl(contact.pn, "preview")
  expect(Buffer.from(await (await fetch(url ?? "")).arrayBuffer())).toEqual(picture)
  await control.setPicture({ contactId: contact.id })
  await client.waitFor("contacts.update", (updates) =>
    updates.some(({ id, imgUrl }) => id === contact.lid && imgUrl === "removed"),
  )
  await expect(client.socket.profilePictureUrl(contact.pn)).rejects.toThrow("item-not-found")
})

test("a blocked contact is listed, announced and not heard until unblocked", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await client.socket.onWhatsApp(contact.phone)
  await client.socket.sendMessage(contact.pn, { text: "so the client knows the LID" })
  await client.socket.updateBlockStatus(contact.pn, "block")
  expect(await client.socket.fetchBlocklist()).toEqual([contact.lid])
  expect((await profile()).blocked).toEqual([contact.pn])
  await client.waitFor("blocklist.update", ({ blocklist, type }) => type === "add" && blocklist[0] === contact.lid)
  const unheard = await control.sendText({ from: contact.id, to: phone.pn, text: "unheard" })
  await client.socket.updateBlockStatus(contact.pn, "unblock")
  await client.waitFor("blocklist.update", ({ type }) => type === "remove")
  const heard = await control.sendText({ from: contact.id, to: phone.pn, text: "heard" })
  await control.waitForReceipt({ messageId: heard.messageId })
  expect(await control.receipts({ messageId: unheard.messageId })).toEqual([])
})

test("who has blocked the account gets nothing from it", async () => {
  const { client } = account
  const contact = await control.createContact({})
  await client.socket.sendMessage(contact.pn, { text: "first" })
  await control.waitForMessage({ contactId: contact.id, match: { text: "first" } })
  await control.block({ contactId: contact.id, person: account.phone.id })
  const { messagesFromClients } = await control.counters()
  await client.socket.sendMessage(contact.pn, { text: "second" })
  await eventually(async () => expect((await control.counters()).messagesFromClients).toBe(messagesFromClients + 1))
  expect(await control.receivedMessages({ contactId: contact.id, text: "second" })).toEqual([])
})

test("every privacy setting is set and read back", async () => {
  const { socket } = account.client
  await socket.updateLastSeenPrivacy("contacts")
  await socket.updateOnlinePrivacy("match_last_seen")
  await socket.updateProfilePicturePrivacy("none")
  await socket.updateStatusPrivacy("contact_blacklist")
  await socket.updateReadReceiptsPrivacy("none")
  await socket.updateGroupsAddPrivacy("contacts")
  await socket.updateCallPrivacy("known")
  await socket.updateMessagesPrivacy("contacts")
  const expected = {
    last: "contacts",
    online: "match_last_seen",
    profile: "none",
    status: "contact_blacklist",
    readreceipts: "none",
    groupadd: "contacts",
    calladd: "known",
    messages: "contacts",
  }
  expect(await socket.fetchPrivacySettings(true)).toEqual(expected)
  expect((await profile()).privacy).toEqual(expected)
  await socket.updateReadReceiptsPrivacy("all")
})

test("the time after which messages of new chats disappear is set and read back", async () => {
  await account.client.socket.updateDefaultDisappearingMode(86_400)
  expect((await profile()).disappearingSeconds).toBe(86_400)
  const [found] = (await account.client.socket.fetchDisappearingDuration(account.phone.pn)) ?? []
  expect(found).toMatchObject({ disappearing_mode: { duration: 86_400 } })
})

test("a contact's privacy token reaches the client and goes with what it sends", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const first = await client.socket.sendMessage(contact.pn, { text: "without" })
  await control.waitForMessage({
    contactId: contact.id,
    match: { messageId: first?.key.id ?? "" },
  })
  const before = (await control.counters()).privacyTokens
  await control.givePrivacyToken({ contactId: contact.id, to: phone.id })
  await eventually(async () => {
    const stored = await client.auth.keys.get("tctoken", [contact.lid])
    expect(stored[contact.lid]?.token).toHaveLength(16)
  })
  const second = await client.socket.sendMessage(contact.pn, { text: "with" })
  await control.waitForMessage({
    contactId: contact.id,
    match: { messageId: second?.key.id ?? "" },
  })
  expect((await control.counters()).privacyTokens).toBe(before + 1)
})

test("a client gives its own privacy token to whom it writes", async () => {
  const other = await linkAccount(simulator)
  await account.client.socket.sendMessage(other.phone.pn, { text: "hello" })
  await eventually(async () => {
    const stored = await other.client.auth.keys.get("tctoken", [account.phone.lid])
    expect(stored[account.phone.lid]?.token).toHaveLength(16)
  })
  await other.client.stop()
})
