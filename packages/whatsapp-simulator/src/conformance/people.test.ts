import { afterEach, beforeAll, expect, test } from "vitest"
import { eventually } from "./eventually.ts"
import type { SimulatorClient } from "../client/index.ts"
import type { Simulator } from "../simulator.ts"
import { BaileysClient } from "./baileys-client.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { linkAccount, linkPhone, type LinkedAccount } from "./link.ts"
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

/** The first message the client shows with this id. */
async function shown(messageId: string) {
  const upsert = await account.client.waitFor("messages.upsert", ({ messages }) => messages[0]?.key.id === messageId)
  return upsert.messages[0]?.message
}

/** The status of an own message; a receipt that comes fast is folded into the message's first event. */
function statusOf(messageId: string | null | undefined): number | null | undefined {
  const { client } = account
  const upserts = client.seen("messages.upsert").flatMap(({ messages }) => messages)
  const updates = client
    .seen("messages.update")
    .flatMap((changes) => changes.map(({ key, update }) => ({ ...update, key })))
  return [...upserts, ...updates].findLast(({ key }) => key.id === messageId)?.status
}

test("a contact reacts to the client's message, and the client to the contact's", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "good news" })
  const id = sent?.key.id ?? ""
  await control.waitForMessage({ contactId: contact.id, match: { messageId: id } })
  const target = { messageId: id, author: phone.pn }
  const reaction = await control.sendReaction({ from: contact.id, to: phone.pn, target, emoji: "👍" })
  expect((await shown(reaction.messageId))?.reactionMessage).toMatchObject({ text: "👍", key: { id } })

  const theirs = await control.sendText({ from: contact.id, to: phone.pn, text: "thanks" })
  await shown(theirs.messageId)
  const key = { remoteJid: contact.lid, fromMe: false, id: theirs.messageId }
  await client.socket.sendMessage(contact.lid, { react: { text: "🎉", key } })
  const received = await control.waitForMessage({
    contactId: contact.id,
    match: { kind: "reaction" },
  })
  expect(received).toMatchObject({ text: "🎉", refersTo: theirs.messageId })
})

test("edits and revokes pass both ways and name the message they change", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const { messageId } = await control.sendText({ from: contact.id, to: phone.pn, text: "teh" })
  await shown(messageId)
  const edit = await control.sendEdit({ from: contact.id, to: phone.pn, messageId, text: "the" })
  expect((await shown(edit.messageId))?.protocolMessage).toMatchObject({ key: { id: messageId } })
  const revoke = await control.sendRevoke({ from: contact.id, to: phone.pn, messageId })
  expect((await shown(revoke.messageId))?.protocolMessage).toMatchObject({ key: { id: messageId } })

  const sent = await client.socket.sendMessage(contact.lid, { text: "frist" })
  if (!sent) throw new Error("not sent")
  await client.socket.sendMessage(contact.lid, { text: "first", edit: sent.key })
  const edited = await control.waitForMessage({ contactId: contact.id, match: { kind: "edit" } })
  expect(edited).toMatchObject({ text: "first", refersTo: sent.key.id })
  await client.socket.sendMessage(contact.lid, { delete: sent.key })
  const revoked = await control.waitForMessage({ contactId: contact.id, match: { kind: "revoke" } })
  expect(revoked).toMatchObject({ refersTo: sent.key.id })
})

test("a quote names the message it answers", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const sent = await client.socket.sendMessage(contact.pn, { text: "which day?" })
  const messageId = sent?.key.id ?? ""
  const quoted = { messageId, author: phone.pn, text: "which day?" }
  const answer = await control.sendText({ from: contact.id, to: phone.pn, text: "Monday", quoted })
  const context = (await shown(answer.messageId))?.extendedTextMessage?.contextInfo
  expect(context).toMatchObject({ stanzaId: messageId, participant: phone.pn })
})

test("presence and typing of a contact reach a client that subscribed", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const presences = () =>
    client
      .seen("presence.update")
      .filter(({ id }) => id === contact.pn || id === contact.lid)
      .map(({ presences }) => Object.values(presences)[0]?.lastKnownPresence)
  await client.socket.presenceSubscribe(contact.pn)
  await eventually(() => expect(presences()).toEqual(["unavailable"]))
  await control.setPresence({ contactId: contact.id, presence: "available" })
  await eventually(() => expect(presences()).toEqual(["unavailable", "available"]))
  await control.setTyping({ contactId: contact.id, to: phone.pn, state: "composing" })
  await control.setTyping({ contactId: contact.id, to: phone.pn, state: "recording" })
  await eventually(() => expect(presences().slice(2)).toEqual(["composing", "recording"]))
})

test("a call rings and ends", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const { callId } = await control.offerCall({ contactId: contact.id, to: phone.pn, video: true })
  const [offer] = await client.waitFor("call", ([call]) => call?.id === callId)
  expect(offer).toMatchObject({ status: "offer", isVideo: true, from: contact.lid, callerPn: contact.pn })
  await client.socket.rejectCall(callId, contact.lid)
  await control.endCall({ contactId: contact.id, to: phone.pn, callId })
  const [end] = await client.waitFor("call", ([call]) => call?.id === callId && call.status !== "offer")
  expect(end?.status).toBe("terminate")
})

for (const silent of [false, true]) {
  test(`a contact with a new phone is reached again${silent ? ", even when nobody said so" : ""}`, async () => {
    const { client, phone } = account
    const contact = await control.createContact({})
    const { messageId } = await control.sendText({ from: contact.id, to: phone.pn, text: "old phone" })
    await shown(messageId)
    await client.socket.sendMessage(contact.lid, { text: "to the old phone" })
    await control.waitForMessage({ contactId: contact.id, match: { text: "to the old phone" } })
    await control.reinstallContact({ contactId: contact.id, silent })
    await client.socket.sendMessage(contact.lid, { text: "to the new phone" })
    const match = { text: "to the new phone" }
    expect(await control.waitForMessage({ contactId: contact.id, match })).toMatchObject({
      copies: 1,
    })
    const next = await control.sendText({ from: contact.id, to: phone.pn, text: "new phone" })
    expect((await shown(next.messageId))?.conversation).toBe("new phone")
  })
}

test("a client is told when its one-time pre-keys run low, and publishes more", async () => {
  const { phone } = account
  await control.dropPreKeys({ phoneId: phone.id })
  await eventually(async () => {
    const found = (await control.phones()).find(({ id }) => id === phone.id)
    expect(found?.devices[0]?.preKeys).toBe(5)
  })
})

test("two accounts write to each other", async () => {
  const other = await linkAccount(simulator)
  const sent = await account.client.socket.sendMessage(other.phone.pn, { text: "between accounts" })
  const upsert = await other.client.waitFor("messages.upsert", ({ messages }) => messages[0]?.key.id === sent?.key.id)
  expect(upsert.messages[0]?.message?.extendedTextMessage?.text).toBe("between accounts")
  await eventually(() => expect(statusOf(sent?.key.id)).toBe(3))
  await other.client.stop()
})

test("the phone hands over its history at linking", async () => {
  const contact = await control.createContact({ name: "Old friend" })
  const messages = [
    { text: "long ago", messageId: "OLD1" },
    { text: "still here", messageId: "OLD2", fromMe: true },
  ]
  const phone = await control.createPhone({ history: [{ contactId: contact.id, messages }] })
  const client = await linkPhone(simulator, phone.id)
  const history = await client.waitFor("messaging-history.set", ({ messages }) => messages.length === 2)
  expect(history.messages.map(({ key }) => key.id)).toEqual(["OLD2", "OLD1"])
  // Baileys' event buffer drops `lidPnMappings` from the event when it folds; what it stored is what counts.
  const { lidMapping } = client.socket.signalRepository
  await eventually(async () => expect(await lidMapping.getLIDForPN(contact.pn)).toBe(contact.lid))
  await client.stop()
})

test("a client is linked by pairing code", async () => {
  const phone = await control.createPhone({})
  const client = await askForCode(phone.phone, "ABCD2345")
  expect(await control.enterPairingCode({ phoneId: phone.id, code: "ABCD2345" })).toMatchObject({ deviceId: 1 })
  expect(await client.closeCode()).toBe(515)
  client.forgetEvents()
  client.connect()
  await client.waitFor("connection.update", ({ connection }) => connection === "open")
  await client.stop()
})

test("a wrong pairing code links nobody", async () => {
  const phone = await control.createPhone({})
  const client = await askForCode(phone.phone, "ABCD2345")
  const linking = control.enterPairingCode({ phoneId: phone.id, code: "WRONG123" })
  await expect(linking).rejects.toMatchObject({ status: 409, field: "code" })
  await client.closeCode()
  expect((await control.phones()).find(({ id }) => id === phone.id)?.devices).toEqual([])
})

test("members come and go, and those who left do not read on", async () => {
  const { client, phone } = account
  const [ada, bob] = await Promise.all([control.createContact({}), control.createContact({})])
  const group = await client.socket.groupCreate("Team", [ada.pn])
  const groupId = group.id.endsWith("@g.us") ? group.id : `${group.id}@g.us`
  expect(await client.socket.groupParticipantsUpdate(groupId, [bob.pn], "add")).toMatchObject([{ status: "200" }])
  const first = await client.socket.sendMessage(groupId, { text: "all of you" })
  for (const { id } of [ada, bob]) {
    await control.waitForMessage({ contactId: id, match: { messageId: first?.key.id ?? "" } })
  }
  await control.changeGroupMembers({ groupId, by: phone.id, action: "remove", participants: [bob.id] })
  await client.waitFor("group-participants.update", ({ id, action }) => id === groupId && action === "remove")
  const second = await client.socket.sendMessage(groupId, { text: "without Bob" })
  await control.waitForMessage({ contactId: ada.id, match: { messageId: second?.key.id ?? "" } })
  expect(await control.receivedMessages({ contactId: bob.id, messageId: second?.key.id ?? "" })).toEqual([])
  await control.renameGroup({ groupId, by: ada.id, subject: "Renamed" })
  await client.waitFor("groups.update", (updates) => updates.some(({ subject }) => subject === "Renamed"))
  await client.socket.groupLeave(groupId)
  expect((await control.groups()).find(({ id }) => id === groupId)?.participants).toEqual([ada.pn])
})

test("a contact's new companion receives what is sent from then on", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await client.socket.sendMessage(contact.lid, { text: "to the phone alone" })
  const { deviceId } = await control.addCompanion({ contactId: contact.id })
  // The client acknowledges the notification once it has changed its list of the contact's devices.
  await eventually(async () => expect(await control.queue({ phoneId: phone.id })).toEqual([]))
  const sent = await client.socket.sendMessage(contact.lid, { text: "to both" })
  const match = { messageId: sent?.key.id ?? "" }
  for (const device of [0, deviceId]) {
    const waiting = control.waitForMessage({ contactId: contact.id, deviceId: device, match })
    expect(await waiting).toMatchObject({ text: "to both", copies: 1 })
  }
  expect(await control.receivedMessages({ contactId: contact.id, deviceId })).toHaveLength(1)
  await control.removeCompanion({ contactId: contact.id, deviceId })
})

test("a contact sees the client type, and the server whether it is online", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  await client.socket.sendPresenceUpdate("composing", contact.pn)
  await eventually(async () => {
    expect(await control.typingSeen({ contactId: contact.id })).toMatchObject([{ state: "composing", from: phone.pn }])
  })
  for (const presence of ["unavailable", "available"] as const) {
    await client.socket.sendPresenceUpdate(presence)
    await eventually(async () => {
      expect((await control.phones()).find(({ id }) => id === phone.id)).toMatchObject({ presence })
    })
  }
})

test("a sink confirms what it cannot be bothered to decrypt", async () => {
  const contact = await control.createContact({ sink: true })
  const sent = await account.client.socket.sendMessage(contact.pn, { text: "load" })
  const match = { messageId: sent?.key.id ?? "" }
  expect(await control.waitForMessage({ contactId: contact.id, match })).toMatchObject({
    kind: "empty",
  })
  await eventually(() => expect(statusOf(match.messageId)).toBe(3))
})

test("a message of any kind can be sent as its protobuf", async () => {
  const contact = await control.createContact({})
  const location = { degreesLatitude: 52.5, degreesLongitude: 13.4 }
  const to = { from: contact.id, to: account.phone.pn }
  const { messageId } = await control.sendProto({ ...to, message: { locationMessage: location } })
  expect((await shown(messageId))?.locationMessage).toMatchObject(location)
  await expect(control.sendProto({ ...to, message: { nonsense: 1 } })).rejects.toMatchObject({
    status: 400,
    field: "message",
  })
})

test("a status post reaches those it was sent to", async () => {
  const contact = await control.createContact({})
  const options = { statusJidList: [contact.pn] }
  const sent = await account.client.socket.sendMessage("status@broadcast", { text: "what a day" }, options)
  const match = { messageId: sent?.key.id ?? "" }
  const received = await control.waitForMessage({ contactId: contact.id, match })
  expect(received).toMatchObject({ text: "what a day", chat: "status@broadcast" })
})

test("a complete run leaves no unknown stanza and no failed device", async () => {
  expect(await control.counters()).toMatchObject({ unknownStanzas: 0, malformedStanzas: 0, deviceErrors: 0 })
  await eventually(async () => expect(await control.queue({ phoneId: account.phone.id })).toEqual([]))
})

/** A new client that asks to be linked to a number by a code. */
async function askForCode(phoneNumber: string, code: string): Promise<BaileysClient> {
  const client = new BaileysClient(simulator).connect()
  await client.waitFor("connection.update", ({ qr }) => qr !== undefined)
  await client.socket.requestPairingCode(phoneNumber, code)
  return client
}
