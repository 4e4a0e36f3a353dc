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

/** What the simulator says of a group. */
const truth = async (id: string) => {
  const group = (await world.whatsapp.groups()).find((each) => each.id === id)
  if (group === undefined) throw new Error("there is no such group")
  return group
}
const stored = (jid: string) => world.store.collections.groups.findOne({ _id: `${account.id}:${jid}` })
const until = <T>(what: string, look: () => Promise<T | null | undefined | false>) => waitUntil(what, look)

/** A group of the account with these people, created at the simulator by one of them. */
async function groupOf(names: string[], addressing: "lid" | "pn" = "lid") {
  const people = await Promise.all(names.map((name) => world.whatsapp.createContact({ name })))
  const participants = [...people.map(({ id }) => id), account.phoneId]
  const group = await world.whatsapp.createGroup({ subject: `of ${names.join()}`, participants, addressing })
  await until("the group is stored", () => stored(group.id))
  return { group, people }
}
/** A group that the account has created, in which it is an admin. */
async function ownGroup(names: string[]) {
  const people = await Promise.all(names.map((name) => world.whatsapp.createContact({ name })))
  const made = await account.order("group.create", {
    key: newId("request"),
    subject: "own",
    people: people.map(({ pn }) => pn),
  })
  return { id: made.group.id, made, people }
}
const personOf = ({ pn, lid }: { pn: string; lid: string }) => ({ pn, lid })

test("a created group has its subject and its people at WhatsApp, each with a result [P41]", async () => {
  const { id, made, people } = await ownGroup(["Ada", "Ben"])
  const { subject, participants, admins } = await truth(id)
  expect(subject).toBe("own")
  expect(new Set(participants)).toEqual(new Set([account.pn, ...people.map(({ pn }) => pn)]))
  expect(admins).toEqual([account.pn])
  expect(made.group).toMatchObject({
    subject: "own",
    size: 3,
    role: "superadmin",
    memberAddMode: "admins",
    locked: false,
  })
  expect(made.results.filter(({ ok }) => ok).map(({ person }) => person)).toEqual(
    expect.arrayContaining(people.map(personOf)),
  )
  expect(await stored(id)).toMatchObject({ subject: "own", joined: true, tenant: world.tenant })
})

test("every setting of a group reaches WhatsApp and is told as an event [P41 P43]", async () => {
  const { id } = await ownGroup(["Cleo"])
  const set = {
    subject: "Saturday",
    description: "at seven",
    announce: true,
    locked: true,
    memberAddMode: "all",
    joinApproval: true,
    ephemeralSeconds: 604_800,
  } as const
  const { group } = await account.order("group.update", { group: id, set })
  expect(group).toMatchObject(set)
  expect(await truth(id)).toMatchObject({
    subject: "Saturday",
    description: "at seven",
    settings: {
      announcement: true,
      locked: true,
      memberAddMode: "all_member_add",
      joinApproval: true,
      ephemeralSeconds: 604_800,
    },
  })
  expect(await stored(id)).toMatchObject(set)
  const changes = await until("seven events", async () => {
    const told = (await world.events("group.update", account.id)).filter(
      ({ data }) => data.chat.jid === id && data.action === "changed",
    )
    return told.length === 7 && Object.assign({}, ...told.map(({ data }) => data.changes))
  })
  expect(changes).toEqual(set)
  await account.order("group.update", {
    group: id,
    set: { description: null, announce: false, locked: false, ephemeralSeconds: 0 },
  })
  const after = await truth(id)
  expect(after.description).toBeUndefined()
  expect(after.settings).toMatchObject({ announcement: false, locked: false, ephemeralSeconds: 0 })
})

test("people are added, made admins, made members again and removed; each step is told with both names [P41]", async () => {
  const { id, people } = await ownGroup(["Dora"])
  const [dora] = people
  const eve = await world.whatsapp.createContact({ name: "Eve" })
  if (dora === undefined) throw new Error("nobody")
  for (const [action, admins, members] of [
    ["add", [], [dora, eve]],
    ["promote", [eve], [dora, eve]],
    ["demote", [], [dora, eve]],
    ["remove", [], [dora]],
  ] as const) {
    const { results } = await account.order("group.members", { group: id, action, people: [eve.pn] })
    expect(results).toMatchObject([{ person: { pn: eve.pn }, ok: true, code: "done" }])
    const now = await truth(id)
    expect(new Set(now.admins)).toEqual(new Set([account.pn, ...admins.map(({ pn }) => pn)]))
    expect(new Set(now.participants)).toEqual(new Set([account.pn, ...members.map(({ pn }) => pn)]))
    const told = await until(`the event of ${action}`, async () =>
      (await world.events("group.participants", account.id)).find(
        ({ data }) => data.chat.jid === id && data.action === action && data.people.some(({ pn }) => pn === eve.pn),
      ),
    )
    expect(told.data).toMatchObject({ by: { pn: account.pn }, people: [personOf(eve)], mine: false })
    const group = await account.order("group.get", { group: id })
    expect(new Set(group.members.map(({ pn }) => pn))).toEqual(new Set(now.participants))
    expect(Object.values((await stored(id))?.members ?? {}).map(({ pn }) => pn)).toEqual(
      expect.arrayContaining(now.participants),
    )
  }
  const { results } = await account.order("group.members", {
    group: id,
    action: "add",
    people: ["4915100000000@s.whatsapp.net"],
  })
  expect(results).toMatchObject([{ ok: false, code: "not_found" }])
})

test.each(["lid", "pn"] as const)(
  "what others do in a %s group is stored and told, with who did it [P41]",
  async (addressing) => {
    const { group, people } = await groupOf(["Finn", "Gina"], addressing)
    const [finn, gina] = people
    if (finn === undefined || gina === undefined) throw new Error("nobody")
    const created = await until("the group is told", async () =>
      (await world.events("group.update", account.id)).find(({ data }) => data.chat.jid === group.id),
    )
    expect(created.data).toMatchObject({ action: "created", by: personOf(finn), changes: { subject: group.subject } })
    await world.whatsapp.renameGroup({ groupId: group.id, by: finn.id, subject: "renamed" })
    await world.whatsapp.changeGroupMembers({
      groupId: group.id,
      by: finn.id,
      action: "promote",
      participants: [gina.id],
    })
    await world.whatsapp.changeGroupMembers({
      groupId: group.id,
      by: finn.id,
      action: "remove",
      participants: [gina.id],
    })
    const told = await until("all is told", async () => {
      const found = (await world.events("group.participants", account.id)).filter(
        ({ data }) => data.chat.jid === group.id,
      )
      return found.some(({ data }) => data.action === "remove") && found
    })
    const gone = told.find(({ data }) => data.action === "remove")
    expect(gone?.data).toMatchObject({ by: personOf(finn), people: [personOf(gina)] })
    expect(told.map(({ data }) => data.action)).toEqual(["add", "promote", "remove"])
    const doc = await until("the document is up to date", async () => {
      const found = await stored(group.id)
      return found?.subject === "renamed" && Object.keys(found.members).length === 2 && found
    })
    expect(doc.addressing).toBe(addressing)
  },
)

test("being removed and leaving end the membership; the group is then not listed as one of the account's [P41]", async () => {
  const { group, people } = await groupOf(["Hugo"])
  const { group: other } = await groupOf(["Iris"])
  await world.whatsapp.changeGroupMembers({
    groupId: group.id,
    by: people[0]?.id ?? "",
    action: "remove",
    participants: [account.phoneId],
  })
  await account.order("group.leave", { group: other.id })
  expect((await truth(other.id)).participants).not.toContain(account.pn)
  await until("both are left", async () =>
    (await Promise.all([group.id, other.id].map(stored))).every((doc) => doc?.joined === false),
  )
  await expect(account.order("group.leave", { group: other.id })).rejects.toMatchObject({ code: "not_group_member" })
  await expect(account.order("group.get", { group: group.id })).rejects.toMatchObject({ code: "not_group_member" })
})

test("a group's picture is the bytes that were given, and can be removed [P41]", async () => {
  const { id } = await ownGroup(["Jon"])
  const bytes = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(500, 7)])
  await account.order("group.picture", { group: id, media: await world.storeFile(bytes) })
  expect((await truth(id)).pictureBase64).toBe(bytes.toString("base64"))
  const { picture } = await account.order("contact.picture", { person: id, preview: false })
  expect(picture?.url).toContain("/pps/")
  await account.order("group.picture", { group: id, media: null })
  expect((await truth(id)).pictureBase64).toBeUndefined()
  expect((await account.order("contact.picture", { person: id, preview: false })).picture).toBeNull()
  const changes = await until("both changes are told", async () => {
    const told = (await world.events("group.update", account.id)).filter(({ data }) => data.chat.jid === id)
    const pictures = told.flatMap(({ data }) => data.changes.picture ?? [])
    return pictures.length === 2 && pictures
  })
  expect(changes).toEqual(["changed", "removed"])
})

test("an invite is shown, previewed, joined by and replaced [P41 P43]", async () => {
  const { id } = await ownGroup(["Kim"])
  const { code } = await account.order("group.invite", { group: id, renew: false })
  expect(code).toBe((await truth(id)).inviteCode)
  const renewed = await account.order("group.invite", { group: id, renew: true })
  expect(renewed.code).toBe((await truth(id)).inviteCode)
  expect(renewed.code).not.toBe(code)
  await expect(account.order("group.preview", { code })).rejects.toMatchObject({ code: "not_found" })

  const owner = await world.whatsapp.createContact({ name: "Lou" })
  const group = await world.whatsapp.createGroup({ subject: "open", participants: [owner.id] })
  expect(await account.order("group.preview", { code: group.inviteCode })).toMatchObject({
    id: group.id,
    subject: "open",
    owner: personOf(owner),
    role: null,
    size: 1,
  })
  expect(await stored(group.id)).toBeNull()
  expect(await account.order("group.join", { code: group.inviteCode })).toMatchObject({
    group: group.id,
    pending: false,
  })
  expect((await truth(group.id)).participants).toContain(account.pn)
  await until("the joined group is stored", async () => {
    const doc = await stored(group.id)
    return doc?.joined === true && Object.keys(doc.members).length === 2
  })
})

test("those who ask to join are told, listed, let in or refused [P42]", async () => {
  const { id } = await ownGroup(["Mia"])
  await account.order("group.update", { group: id, set: { joinApproval: true } })
  const { inviteCode } = await truth(id)
  const [nils, olga] = await Promise.all(["Nils", "Olga"].map((name) => world.whatsapp.createContact({ name })))
  if (nils === undefined || olga === undefined) throw new Error("nobody")
  for (const { id: contactId } of [nils, olga]) await world.whatsapp.joinGroup({ contactId, inviteCode })
  const { requests } = await account.order("group.requests", { group: id })
  expect(requests.map(({ person }) => person)).toEqual([personOf(nils), personOf(olga)])
  await until("the requests are told", async () => {
    const told = (await world.events("group.participants", account.id)).filter(({ data }) => data.action === "request")
    return told.filter(({ data }) => data.chat.jid === id).length === 2
  })
  const approved = await account.order("group.decide", {
    group: id,
    action: "approve",
    people: [String(requests[0]?.person.lid)],
  })
  expect(approved.results).toMatchObject([{ ok: true, code: "done", person: { lid: nils.lid } }])
  await account.order("group.decide", { group: id, action: "reject", people: [String(requests[1]?.person.lid)] })
  const now = await truth(id)
  expect(now.joinRequests).toEqual([])
  expect(now.participants).toContain(nils.pn)
  expect(now.participants).not.toContain(olga.pn)
})

test("what the account may not do in a group is said as such: no admin, no member, no group [P41]", async () => {
  const { group, people } = await groupOf(["Paul"])
  const settings = { group: group.id, set: { announce: true } }
  await expect(account.order("group.update", settings)).rejects.toMatchObject({ code: "not_group_admin" })
  const remove = { group: group.id, action: "remove" as const, people: [people[0]?.pn ?? ""] }
  await expect(account.order("group.members", remove)).rejects.toMatchObject({ code: "not_group_admin" })
  await expect(account.order("group.invite", { group: group.id, renew: false })).rejects.toMatchObject({
    code: "not_group_admin",
  })
  const stranger = await world.whatsapp.createContact({ name: "Quin" })
  const foreign = await world.whatsapp.createGroup({ subject: "foreign", participants: [stranger.id] })
  await expect(account.order("group.update", { group: foreign.id, set: { subject: "x" } })).rejects.toMatchObject({
    code: "not_group_member",
  })
  await expect(account.order("group.get", { group: "120363999999999999@g.us" })).rejects.toMatchObject({
    code: "not_found",
  })
})

test("changes of groups while the account is away are told once, and its groups are those of WhatsApp [P41]", async () => {
  const { group, people } = await groupOf(["Rosa", "Sam"])
  const rosa = people[0]?.id ?? ""
  await world.setDesired(account.id, "stopped")
  await world.waitForStatus(account.id, "disconnected")
  await world.whatsapp.renameGroup({ groupId: group.id, by: rosa, subject: "while away" })
  const unseen = await world.whatsapp.createGroup({ subject: "unseen", participants: [rosa, account.phoneId] })
  await world.setDesired(account.id, "running")
  await world.waitForStatus(account.id, "connected")
  const renamed = await until("the new name is told", async () => {
    const told = (await world.events("group.update", account.id)).filter(({ data }) => data.chat.jid === group.id)
    return told.some(({ data }) => data.changes.subject === "while away") && told
  })
  expect(renamed.filter(({ data }) => data.changes.subject === "while away")).toHaveLength(1)
  await until("the new group is stored", () => stored(unseen.id))
  const own = (await world.whatsapp.groups()).filter(({ participants }) => participants.includes(account.pn))
  await until("the account's groups are WhatsApp's", async () => {
    const docs = await world.store.collections.groups.find({ account: account.id, joined: true }).toArray()
    return (
      docs
        .map(({ jid }) => jid)
        .toSorted()
        .join() ===
      own
        .map(({ id }) => id)
        .toSorted()
        .join()
    )
  })
  const sequences = (await world.events(undefined, account.id)).flatMap(({ sequence }) => sequence ?? [])
  expect(sequences).toEqual(sequences.map((_, index) => index + 1))
  // What happens in a group is no message of it.
  expect(await world.events("message.received", account.id)).toEqual([])
  expect(await world.whatsapp.counters()).toMatchObject({ unknownStanzas: 0, malformedStanzas: 0 })
})

test("an account that is in a thousand groups has all of them stored soon after its link [P41]", async () => {
  const phone = await world.whatsapp.createPhone()
  const people = await Promise.all(["Tom", "Uta", "Vic"].map((name) => world.whatsapp.createContact({ name })))
  const participants = [...people.map(({ id }) => id), phone.id]
  for (let index = 0; index < 1000; index += 1) {
    await world.whatsapp.createGroup({ subject: `group ${index}`, participants })
  }
  const id = await world.createAccount()
  await world.scan(id, phone.id)
  await world.waitForStatus(id, "connected")
  const docs = await until("all are stored", async () => {
    const found = await world.store.collections.groups.find({ account: id, joined: true }).toArray()
    return found.length === 1000 && found
  })
  expect(docs.every(({ members }) => Object.keys(members).length === 4)).toBe(true)
  expect(new Set(docs.map(({ subject }) => subject)).size).toBe(1000)
  expect(await world.events("group.update", id)).toEqual([])
})
