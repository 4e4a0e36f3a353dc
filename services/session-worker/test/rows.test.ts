// Every way in which Baileys acknowledges something to WhatsApp: the worker dies before, or after, what came is durable.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { EventType, WildcatEvent } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { dieAt } from "./die-at.ts"
import { createWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeEach(async () => {
  world = await createWorld()
})

afterEach(() => world.stop())

const link = async () => {
  const worker = await world.startWorker()
  account = await world.linkAccount()
  await isClear()
  await worker.stop()
}
const isClear = (phoneId = account.phoneId) =>
  waitUntil("nothing waits", async () => (await world.whatsapp.queue({ phoneId })).length === 0)

const told = async <T extends EventType>(type: T, isIt: (event: Extract<WildcatEvent, { type: T }>) => boolean) =>
  (await world.events(type)).filter(isIt)

/** Told once, in the order of the log, and WhatsApp keeps nothing for us any more. */
async function isToldOnce<T extends EventType>(type: T, isIt: (event: Extract<WildcatEvent, { type: T }>) => boolean) {
  await waitUntil("the event", async () => (await told(type, isIt)).length > 0)
  await isClear()
  expect(await told(type, isIt)).toHaveLength(1)
  const sequences = (await world.events()).map((event) => event.sequence)
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  expect((await world.whatsapp.counters()).pairings).toBe(1)
}

/** WhatsApp names the contact by one of its names alone: the event has both only when the worker knows them. */
async function isKnownByBothNames(contact: { id: string; pn: string; lid: string }) {
  await world.whatsapp.setAbout({ contactId: contact.id, text: "new here" })
  await waitUntil("the event", async () => (await told("contact.update", () => true)).length > 0)
  const [update] = await told("contact.update", () => true)
  expect(update?.data.person).toEqual({ pn: contact.pn, lid: contact.lid })
}

const inboundPoints = ["inbound.after-decrypt-before-commit", "inbound.after-commit-before-receipt"]

describe.each(inboundPoints)("killed at %s", (point) => {
  test("a message in a group, the first with its key", async () => {
    await link()
    const [ann, ben] = await Promise.all([world.whatsapp.createContact(), world.whatsapp.createContact()])
    const group = await world.whatsapp.createGroup({ subject: "us", participants: [account.phoneId, ann.id, ben.id] })
    let waId = ""
    await dieAt(world, account, point, async () => {
      await isClear()
      waId = (await world.whatsapp.sendText({ from: ann.id, groupId: group.id, text: "to all" })).messageId
    })
    await isToldOnce("message.received", ({ data }) => data.waId === waId)
    const next = await world.whatsapp.sendText({ from: ann.id, groupId: group.id, text: "and more" })
    await isToldOnce("message.received", ({ data }) => data.waId === next.messageId)
  })

  test("a message that the account's phone wrote", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    let waId = ""
    await dieAt(world, account, point, async () => {
      waId = (await world.whatsapp.sendText({ from: account.phoneId, to: contact.pn, text: "from the phone" }))
        .messageId
    })
    await isToldOnce("message.sent", ({ data }) => data.waId === waId)
  })

  test("messages that waited while the account was offline", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    const waIds: string[] = []
    for (let n = 0; n < 30; n += 1) {
      waIds.push((await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: `waiting ${n}` })).messageId)
    }
    const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: `${point}:${point.includes("decrypt") ? 17 : 1}` })
    expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
    await world.startWorker()
    await waitUntil("all", async () => (await world.events("message.received")).length >= waIds.length)
    await isClear()
    const got = (await world.events("message.received")).map(({ data }) => data.waId)
    expect(got).toEqual(waIds)
  })
})

describe.each(["after-staging-before-commit", "after-commit-before-answer"])("killed %s", (where) => {
  test("a receipt", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    let id = ""
    await dieAt(world, account, `receipt.${where}`, async () => {
      id = (await world.queue(account.id, contact.pn, { type: "text", text: "delivered?" })).id
      world.send(account.id, id, false).catch(() => undefined)
    })
    await isToldOnce("message.status", ({ data }) => data.id === id && data.status === "delivered")
  })

  test("a message of a channel, which is not encrypted", async () => {
    await link()
    const { phoneId } = account
    const channel = "120363041234567890"
    let waId = ""
    await dieAt(world, account, `channel.${where}`, async () => {
      waId = (await world.whatsapp.postToChannel({ phoneId, channel, text: "news" })).messageId
    })
    await isToldOnce("message.received", ({ data }) => data.waId === waId && data.chat.jid === `${channel}@newsletter`)
  })

  test("a call", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    let call = ""
    await dieAt(world, account, `notice.${where}`, async () => {
      call = (await world.whatsapp.offerCall({ contactId: contact.id, to: account.phoneId, video: true })).callId
    })
    await isToldOnce("call.received", ({ data }) => data.call === call && data.video && data.from.pn === contact.pn)
    await world.whatsapp.endCall({ contactId: contact.id, to: account.phoneId, callId: call })
    await isToldOnce("call.ended", ({ data }) => data.call === call && data.how === "ended")
  })

  test("a group's notification", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    const members = { participants: [account.phoneId, contact.id] }
    await dieAt(world, account, `notice.${where}`, async () => {
      await world.whatsapp.createGroup({ subject: "new", ...members })
    })
    await isToldOnce("group.update", ({ data }) => data.action === "created" && data.changes.subject === "new")
  })

  test("a privacy token, which goes with the next message", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    await dieAt(world, account, `token.${where}`, async () => {
      await world.whatsapp.givePrivacyToken({ contactId: contact.id, to: account.phoneId })
    })
    await isClear()
    const before = (await world.whatsapp.counters()).privacyTokens
    const { id, waId } = await world.queue(account.id, contact.pn, { type: "text", text: "welcome" })
    expect(await world.send(account.id, id)).toBe("server_ack")
    await world.received(contact.id, waId)
    expect((await world.whatsapp.counters()).privacyTokens).toBe(before + 1)
  })

  test("the number of a LID, from a notification that says nothing else", async () => {
    await link()
    const contact = await world.whatsapp.createContact()
    await dieAt(world, account, `lid.${where}`, async () => {
      await world.whatsapp.tellNumber({ contactId: contact.id, phoneId: account.phoneId })
    })
    await isClear()
    await isKnownByBothNames(contact)
  })

  test("the number of a LID, from a first message", async () => {
    await link()
    const contact = await world.whatsapp.createContact({ addressing: "lid" })
    let waId = ""
    await dieAt(world, account, `lid.${where}`, async () => {
      waId = (await world.whatsapp.sendText({ from: contact.id, to: account.pn, text: "it is me" })).messageId
    })
    await isToldOnce("message.received", ({ data }) => data.waId === waId && data.author.pn === contact.pn)
    await isKnownByBothNames(contact)
  })

  test("the keys of the app state, which the phone sends after the link", async () => {
    const doomed = await world.startWorker({ WILDCAT_FAULT_POINT: `keys.${where}` })
    const id = await world.createAccount()
    const phone = await world.whatsapp.createPhone()
    await world.scan(id, phone.id)
    expect(await doomed.exited).toMatchObject({ signal: "SIGKILL" })
    await world.startWorker()
    await world.waitForStatus(id, "connected")
    await isClear(phone.id)
    await waitUntil("the key is stored", () =>
      world.store.collections.authStates.findOne({ account: id, _id: { $regex: ":app-state-sync-key:" } }),
    )
    expect((await world.whatsapp.counters()).pairings).toBe(1)
  })
})

test("the LID of a number, from WhatsApp's answer to a question of ours, is known to the next owner", async () => {
  await link()
  const contact = await world.whatsapp.createContact()
  await dieAt(world, account, "lid.after-commit-before-answer", async () => {
    const { id } = await world.queue(account.id, contact.pn, { type: "text", text: "welcome" })
    world.send(account.id, id, false).catch(() => undefined)
  })
  await isKnownByBothNames(contact)
})
