import { newId } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createLinkedWorld } from "./world.ts"
import type { Account, World } from "./world.ts"

let world: World
let account: Account

beforeAll(async () => {
  ;({ world, account } = await createLinkedWorld())
})

afterAll(() => world.stop())

const truth = (person: string) => world.whatsapp.profile({ person })
const personOf = ({ pn, lid }: { pn: string; lid: string }) => ({ pn, lid })
const contactsOf = (pn: string) => world.store.collections.contacts.find({ account: account.id, pn }).toArray()

const ownPhone = async () => (await world.whatsapp.phones()).find(({ id }) => id === account.phoneId)

/** Writes to the account and waits for the event of it. */
async function write(contactId: string, text: string) {
  const { messageId } = await world.whatsapp.sendText({ from: contactId, to: account.pn, text })
  return waitUntil("the message", async () =>
    (await world.events("message.received", account.id)).find(({ data }) => data.waId === messageId),
  )
}

test.each(["lid", "pn"] as const)(
  "who writes from a %s chat is one of the contacts, under both names; another name, picture and about are told [P38 P40]",
  async (addressing) => {
    const ann = await world.whatsapp.createContact({ name: "Ann Able", addressing })
    await write(ann.id, "hello")
    const [contact, ...more] = await waitUntil("the contact", async () => {
      const found = await contactsOf(ann.pn)
      return found.length > 0 && found
    })
    expect(more).toEqual([])
    expect(contact).toMatchObject({
      ...personOf(ann),
      name: "Ann Able",
      tenant: world.tenant,
      search: ["ann able", "able", ann.phone],
    })

    await world.whatsapp.rename({ contactId: ann.id, name: "Ann Baker" })
    await write(ann.id, "married")
    await write(ann.id, "once more")
    await world.whatsapp.setPicture({ contactId: ann.id, bytesBase64: btoa("picture") })
    await world.whatsapp.setAbout({ contactId: ann.id, text: "away" })
    const changes = await waitUntil("three changes", async () => {
      const told = (await world.events("contact.update", account.id)).filter(({ data }) => data.person.pn === ann.pn)
      return told.some(({ data }) => data.changes.about) && told
    })
    expect(changes.map(({ data }) => data)).toEqual([
      { person: personOf(ann), changes: { name: "Ann Baker" } },
      { person: personOf(ann), changes: { picture: "changed" } },
      { person: personOf(ann), changes: { about: "away" } },
    ])
    await waitUntil("the new name", async () => (await contactsOf(ann.pn))[0]?.name === "Ann Baker")
    expect(await account.order("contact.names", { people: [ann.pn, ann.lid] })).toEqual({
      people: [personOf(ann), personOf(ann)],
    })
  },
)

test("a picture and an about text are what the person shows; one that is not shown is none [P38]", async () => {
  const bob = await world.whatsapp.createContact({ name: "Bob" })
  expect(await account.order("contact.picture", { person: bob.pn, preview: true })).toEqual({ picture: null })
  const bytes = Buffer.from("a picture of Bob")
  await world.whatsapp.setPicture({ contactId: bob.id, bytesBase64: bytes.toString("base64") })
  await world.whatsapp.setAbout({ contactId: bob.id, text: "at the movies" })
  for (const person of [bob.pn, bob.lid]) {
    const { picture } = await account.order("contact.picture", { person, preview: false })
    expect(picture?.url).toMatch(/^https:\/\/.*\/pps\//)
    expect(picture?.id).toMatch(/^\d+$/)
    expect(await account.order("contact.about", { person })).toMatchObject({
      about: "at the movies",
      setAt: expect.stringMatching(/Z$/),
    })
  }
  await world.whatsapp.block({ contactId: bob.id, person: account.phoneId })
  expect(await account.order("contact.picture", { person: bob.pn, preview: false })).toEqual({ picture: null })
})

test("a check says which numbers are on WhatsApp, with their LIDs, and asks nothing twice in a day [P38 P40]", async () => {
  const cleo = await world.whatsapp.createContact({ name: "Cleo" })
  const numbers = [cleo.phone, "4915199999999", cleo.phone]
  const expected = [
    { number: cleo.phone, exists: true, ...personOf(cleo) },
    { number: "4915199999999", exists: false, pn: null, lid: null },
    { number: cleo.phone, exists: true, ...personOf(cleo) },
  ]
  expect((await account.order("contact.check", { numbers })).results).toEqual(expected)
  await world.whatsapp.setFault({ kind: "iq-error", xmlns: "usync", code: 429 })
  expect((await account.order("contact.check", { numbers })).results).toEqual(expected)
  await expect(account.order("contact.check", { numbers: ["4915188888888"] })).rejects.toMatchObject({
    code: "rate_limited",
  })
  await world.whatsapp.clearFaults({})
})

test("a thousand numbers are checked in one call [P38]", async () => {
  const dan = await world.whatsapp.createContact({ name: "Dan" })
  const numbers = Array.from({ length: 999 }, (_, index) => `49152${String(10_000_000 + index)}`)
  const { results } = await account.order("contact.check", { numbers: [...numbers, dan.phone] })
  expect(results).toHaveLength(1000)
  expect(results.filter(({ exists }) => exists)).toEqual([{ number: dan.phone, exists: true, ...personOf(dan) }])
})

test.each([
  ["Brazil, known without the ninth digit", "551187654321", "5511987654321"],
  ["Brazil, known with the ninth digit", "5521976543210", "552176543210"],
  ["Mexico, known with the 1", "5215512345678", "525512345678"],
  ["Mexico, known without the 1", "525587654321", "5215587654321"],
  ["Argentina, known with the 9", "5491123456789", "541123456789"],
])("%s: the other way of writing it is found, and a message to it arrives [P38]", async (_where, known, written) => {
  const person = await world.whatsapp.createContact({ phone: known })
  const { results } = await account.order("contact.check", { numbers: [written] })
  expect(results).toEqual([{ number: written, exists: true, ...personOf(person) }])
  const { id, waId } = await world.queue(account.id, `${written}@s.whatsapp.net`, { type: "text", text: "oi" })
  expect(await world.send(account.id, id)).toBe("server_ack")
  const got = await world.received(person.id, waId)
  expect(got).toMatchObject({ text: "oi", copies: 1 })
  const row = await world.store.collections.messages.findOne({ _id: id })
  expect(row?.chat).toMatchObject({ jid: person.pn, pn: person.pn })
})

test("a person is blocked under either name, listed with both, and unblocked [P39]", async () => {
  const eve = await world.whatsapp.createContact({ name: "Eve" })
  const fay = await world.whatsapp.createContact({ name: "Fay" })
  await write(fay.id, "hi")
  expect(await account.order("contact.block", { person: eve.pn, block: true })).toEqual({ person: personOf(eve) })
  await account.order("contact.block", { person: fay.lid, block: true })
  expect(new Set((await truth(account.phoneId)).blocked)).toEqual(new Set([eve.pn, fay.pn]))
  expect((await account.order("contact.blocked", {})).people).toEqual([personOf(eve), personOf(fay)])
  await account.order("contact.block", { person: eve.pn, block: false })
  await account.order("contact.block", { person: fay.lid, block: false })
  expect((await truth(account.phoneId)).blocked).toEqual([])
  await expect(
    account.order("contact.block", { person: "4915177777777@s.whatsapp.net", block: true }),
  ).rejects.toMatchObject({
    code: "not_on_whatsapp",
  })
})

test("a person is saved in the phone's address book, renamed there by the phone, and taken out [P39]", async () => {
  const gil = await world.whatsapp.createContact({ name: "Gil" })
  await write(gil.id, "hi")
  const saved = async () => (await contactsOf(gil.pn))[0]?.savedName
  const onPhone = async () =>
    (await world.whatsapp.chatsOfPhone({ phoneId: account.phoneId })).find(({ jid }) => jid === gil.pn)?.name
  await account.order("contact.save", { person: gil.lid, name: "Gil from the harbour" })
  expect(await onPhone()).toBe("Gil from the harbour")
  expect(await saved()).toBe("Gil from the harbour")
  await world.whatsapp.changeChat({
    phoneId: account.phoneId,
    chat: gil.id,
    change: { kind: "save", name: "Gil at home" },
  })
  await waitUntil("the phone's name", async () => (await saved()) === "Gil at home")
  expect((await contactsOf(gil.pn))[0]).toMatchObject({ name: "Gil", search: expect.arrayContaining(["at home"]) })
  await account.order("contact.save", { person: gil.pn, name: null })
  expect(await saved()).toBeNull()
})

test.each(["lid", "pn"] as const)(
  "presence and typing of a contact of a %s chat, subscribed to, are live events with both names [P36]",
  async (addressing) => {
    const gus = await world.whatsapp.createContact({ name: "Gus", addressing })
    await write(gus.id, "hi")
    const live: unknown[] = []
    const subscription = world.bus.connection.subscribe(world.bus.subjects.liveOfTenant(world.tenant), {
      callback: (_error, message) => {
        const event = message.json<{ type: string; account: string; data: { person: { pn: string } } }>()
        if (event.type === "presence.update" && event.data.person.pn === gus.pn) live.push(event.data)
      },
    })
    await world.bus.connection.flush()
    await account.order("presence.subscribe", { person: addressing === "lid" ? gus.lid : gus.pn })
    await waitUntil("the state so far", () => live.length === 1)
    await world.whatsapp.setPresence({ contactId: gus.id, presence: "available" })
    for (const state of ["composing", "recording", "paused"] as const) {
      await world.whatsapp.setTyping({ contactId: gus.id, to: account.pn, state })
    }
    await world.whatsapp.setPresence({ contactId: gus.id, presence: "unavailable" })
    await waitUntil("all is told", () => live.length === 6)
    expect(live).toEqual(
      ["unavailable", "available", "composing", "recording", "paused", "unavailable"].map((presence, index) => ({
        chat: { kind: "direct", jid: gus.pn, ...personOf(gus) },
        person: personOf(gus),
        presence,
        lastSeen: index === 5 ? expect.stringMatching(/Z$/) : null,
      })),
    )
    subscription.unsubscribe()
  },
)

test("the account is shown as online and as typing, as it was told to [P35 P36]", async () => {
  const hal = await world.whatsapp.createContact({ name: "Hal" })
  for (const presence of ["available", "unavailable"] as const) {
    await account.order("presence.set", { presence })
    await waitUntil(`shown as ${presence}`, async () => (await ownPhone())?.presence === presence)
  }
  for (const presence of ["composing", "recording", "paused"] as const) {
    await account.order("presence.chat", { chat: hal.pn, presence })
  }
  const seen = await waitUntil("three states", async () => {
    const states = await world.whatsapp.typingSeen({ contactId: hal.id })
    return states.length === 3 && states.map(({ state }) => state)
  })
  expect(seen).toEqual(["composing", "recording", "paused"])
})

test("name, about and picture of the account's profile are what was set, and shown so [P47]", async () => {
  await account.order("profile.set", { name: "Corner Shop", about: "open" })
  expect(await truth(account.phoneId)).toMatchObject({ about: "open" })
  await waitUntil("the new name", async () => (await ownPhone())?.name === "Corner Shop")
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(300, 9)])
  await account.order("profile.picture", { media: await world.storeFile(bytes) })
  expect((await truth(account.phoneId)).pictureBase64).toBe(bytes.toString("base64"))
  expect(await account.order("profile.get", {})).toMatchObject({
    me: { pn: account.pn },
    name: "Corner Shop",
    about: "open",
    picture: { url: expect.stringContaining("/pps/") },
  })
  await account.order("profile.picture", { media: null })
  expect((await truth(account.phoneId)).pictureBase64).toBeUndefined()
  expect((await account.order("profile.get", {})).picture).toBeNull()
})

test("every privacy setting is read as WhatsApp has it and set there [P47]", async () => {
  const set = {
    lastSeen: "contacts",
    online: "match_last_seen",
    picture: "contact_blacklist",
    about: "none",
    readReceipts: "none",
    groupAdd: "contacts",
    calls: "known",
    messages: "contacts",
  } as const
  expect(await account.order("privacy.get", {})).toMatchObject({ lastSeen: "all", readReceipts: "all" })
  expect(await account.order("privacy.set", { set })).toEqual(set)
  expect((await truth(account.phoneId)).privacy).toMatchObject({
    last: "contacts",
    online: "match_last_seen",
    profile: "contact_blacklist",
    status: "none",
    readreceipts: "none",
    groupadd: "contacts",
    calladd: "known",
    messages: "contacts",
  })
})

test("whoever does not want to be added to groups gets a personal invite instead [P41]", async () => {
  const ida = await world.whatsapp.createContact({ name: "Ida" })
  const jim = await world.whatsapp.createContact({ name: "Jim" })
  await world.whatsapp.setPrivacy({ contactId: ida.id, setting: "groupadd", value: "none" })
  const { group } = await account.order("group.create", { key: newId("request"), subject: "invited", people: [] })
  const { results } = await account.order("group.members", { group: group.id, action: "add", people: [ida.pn, jim.pn] })
  expect(results).toEqual([
    {
      person: { pn: ida.pn, lid: expect.toBeOneOf([ida.lid, null]) },
      ok: false,
      code: "invite_needed",
      invite: { code: expect.stringMatching(/^Sim/), expiresAt: expect.stringMatching(/Z$/) },
    },
    { person: { pn: jim.pn, lid: expect.toBeOneOf([jim.lid, null]) }, ok: true, code: "done", invite: null },
  ])
  const now = (await world.whatsapp.groups()).find(({ id }) => id === group.id)
  expect(now?.participants).toEqual([account.pn, jim.pn])
  expect(await world.whatsapp.counters()).toMatchObject({ unknownStanzas: 0, malformedStanzas: 0 })
})
