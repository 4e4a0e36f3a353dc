import { afterEach, beforeAll, expect, test } from "vitest"
import type { GroupMetadata } from "@whiskeysockets/baileys"
import type { SimulatorClient } from "../client/index.ts"
import { eventually } from "./eventually.ts"
import type { LinkedAccount } from "./link.ts"
import { nothingWasRefused } from "./nothing-refused.ts"
import { picture } from "./samples.ts"
import { startLinked } from "./start-linked.ts"

let control: SimulatorClient
let account: LinkedAccount

beforeAll(async () => {
  const linked = await startLinked({ ackDelayMs: 0 })
  ;({ control, account } = linked)
  return linked.stop
})

afterEach(() => nothingWasRefused(control))

async function knownGroup(groupId: string) {
  const found = (await control.groups()).find(({ id }) => id === groupId)
  if (!found) throw new Error("no such group")
  return found
}

/** A group the account has made, with one contact. */
async function ownGroup(addressing: "lid" | "pn") {
  const contact = await control.createContact({ name: "Ada" })
  const { id } = await control.createGroup({
    subject: "Choir",
    participants: [account.phone.id, contact.id],
    addressing,
  })
  return { id, contact }
}

/** The first event of a group that brings the change. */
function changed(groupId: string, change: Partial<GroupMetadata>) {
  return account.client.waitFor("groups.update", (updates) =>
    updates.some(
      (update) =>
        update.id === groupId && Object.entries(change).every(([name, value]) => Reflect.get(update, name) === value),
    ),
  )
}

test("the client creates a group, and its members are told", async () => {
  const contact = await control.createContact({ name: "Ada" })
  const group = await account.client.socket.groupCreate("New choir", [contact.pn])
  expect(group).toMatchObject({ subject: "New choir", size: 2, addressingMode: "lid", announce: false })
  expect(group.participants).toMatchObject([
    { id: account.phone.lid, phoneNumber: account.phone.pn, admin: "superadmin" },
    { id: contact.lid, phoneNumber: contact.pn, admin: null },
  ])
  expect(await knownGroup(group.id)).toMatchObject({
    subject: "New choir",
    participants: [account.phone.pn, contact.pn],
  })
})

for (const addressing of ["lid", "pn"] as const) {
  const mode = `in a group addressed by ${addressing}`

  test(`the subject changes from both sides ${mode}`, async () => {
    const { id, contact } = await ownGroup(addressing)
    await account.client.socket.groupUpdateSubject(id, "Tenors")
    expect((await knownGroup(id)).subject).toBe("Tenors")
    await control.renameGroup({ groupId: id, by: contact.id, subject: "Basses" })
    await changed(id, { subject: "Basses" })
  })

  test(`the description changes from both sides and is removed ${mode}`, async () => {
    const { id, contact } = await ownGroup(addressing)
    const { socket } = account.client
    await socket.groupUpdateDescription(id, "Mondays at eight")
    expect((await knownGroup(id)).description).toBe("Mondays at eight")
    await control.describeGroup({ groupId: id, by: contact.id, text: "Tuesdays" })
    await changed(id, { desc: "Tuesdays" })
    const metadata = await socket.groupMetadata(id)
    expect(metadata).toMatchObject({ desc: "Tuesdays", descOwner: addressing === "lid" ? contact.lid : contact.pn })
    await socket.groupUpdateDescription(id)
    expect((await knownGroup(id)).description).toBeUndefined()
  })

  test(`participants are added, promoted, demoted and removed ${mode}`, async () => {
    const { id, contact } = await ownGroup(addressing)
    const { socket } = account.client
    const bob = await control.createContact({ name: "Bob" })
    const bobJid = addressing === "lid" ? bob.lid : bob.pn
    const update = (action: "add" | "remove" | "promote" | "demote") =>
      socket.groupParticipantsUpdate(id, [bobJid], action)
    expect(await update("add")).toMatchObject([{ status: "200", jid: bobJid }])
    expect(await update("promote")).toMatchObject([{ status: "200" }])
    expect((await knownGroup(id)).admins).toEqual([account.phone.pn, bob.pn])
    expect(await update("demote")).toMatchObject([{ status: "200" }])
    expect((await knownGroup(id)).admins).toEqual([account.phone.pn])
    expect(await update("remove")).toMatchObject([{ status: "200" }])
    expect((await knownGroup(id)).participants).toEqual([account.phone.pn, contact.pn])
  })

  test(`only admins write while the group is for announcements ${mode}`, async () => {
    const { id, contact } = await ownGroup(addressing)
    const { socket } = account.client
    await socket.groupSettingUpdate(id, "announcement")
    expect(await socket.groupMetadata(id)).toMatchObject({ announce: true })
    await control.changeGroupMembers({
      groupId: id,
      by: contact.id,
      action: "demote",
      participants: [account.phone.id],
    })
    const refused = new Promise<Record<string, string>>((resolve) => {
      socket.ws.once("CB:ack,class:message", ({ attrs }: { attrs: Record<string, string> }) => resolve(attrs))
    })
    await socket.sendMessage(id, { text: "may I" })
    expect(await refused).toMatchObject({ error: "403" })
    await control.changeGroupSetting({ groupId: id, by: contact.id, setting: "not_announcement" })
    await changed(id, { announce: false })
    await socket.sendMessage(id, { text: "now I may" })
    await control.waitForMessage({ contactId: contact.id, match: { text: "now I may" } })
    expect(await control.receivedMessages({ contactId: contact.id, text: "may I" })).toEqual([])
  })

  test(`only admins change a locked group ${mode}`, async () => {
    const { id, contact } = await ownGroup(addressing)
    const { socket } = account.client
    await socket.groupSettingUpdate(id, "locked")
    expect(await socket.groupMetadata(id)).toMatchObject({ restrict: true })
    await control.changeGroupMembers({
      groupId: id,
      by: contact.id,
      action: "demote",
      participants: [account.phone.id],
    })
    await expect(socket.groupUpdateSubject(id, "no")).rejects.toMatchObject({ data: 403 })
    await expect(socket.groupSettingUpdate(id, "unlocked")).rejects.toMatchObject({ data: 403 })
    await control.changeGroupSetting({ groupId: id, by: contact.id, setting: "unlocked" })
    await changed(id, { restrict: false })
    await socket.groupUpdateSubject(id, "yes")
  })

  test(`messages disappear after the time the group sets ${mode}`, async () => {
    const { id } = await ownGroup(addressing)
    const { socket } = account.client
    await socket.groupToggleEphemeral(id, 604_800)
    expect((await socket.groupMetadata(id)).ephemeralDuration).toBe(604_800)
    await socket.groupToggleEphemeral(id, 0)
    expect((await knownGroup(id)).settings.ephemeralSeconds).toBe(0)
  })

  test(`the invite link is read, renewed and leads in ${mode}`, async () => {
    const { id } = await ownGroup(addressing)
    const { socket } = account.client
    const code = await socket.groupInviteCode(id)
    expect(code).toBe((await knownGroup(id)).inviteCode)
    const renewed = await socket.groupRevokeInvite(id)
    expect(renewed).not.toBe(code)
    await expect(socket.groupGetInviteInfo(code ?? "")).rejects.toMatchObject({ data: 404 })
    expect(await socket.groupGetInviteInfo(renewed ?? "")).toMatchObject({ id, subject: "Choir" })
    const bob = await control.createContact({})
    await control.joinGroup({ contactId: bob.id, inviteCode: renewed ?? "" })
    await account.client.waitFor("group-participants.update", (update) => update.id === id && update.action === "add")
    expect((await knownGroup(id)).participants).toContain(bob.pn)
  })

  test(`who asks to join is listed, let in or turned away ${mode}`, async () => {
    const { id } = await ownGroup(addressing)
    const { socket } = account.client
    await socket.groupJoinApprovalMode(id, "on")
    const [bob, eve] = [await control.createContact({}), await control.createContact({})]
    const { inviteCode } = await knownGroup(id)
    for (const { id: contactId } of [bob, eve]) await control.joinGroup({ contactId, inviteCode })
    await account.client.waitFor("group.join-request", (request) => request.id === id && request.action === "created")
    const [bobJid, eveJid] = [bob, eve].map((contact) => (addressing === "lid" ? contact.lid : contact.pn))
    expect((await socket.groupRequestParticipantsList(id)).map(({ jid }) => jid)).toEqual([bobJid, eveJid])
    await socket.groupRequestParticipantsUpdate(id, [bobJid ?? ""], "approve")
    const turnedAway = await socket.groupRequestParticipantsUpdate(id, [eveJid ?? ""], "reject")
    expect(turnedAway).toEqual([{ status: "200", jid: eveJid }])
    const { participants, joinRequests } = await knownGroup(id)
    expect(participants).toContain(bob.pn)
    expect(participants).not.toContain(eve.pn)
    expect(joinRequests).toEqual([])
  })
}

test("the group's picture is set, read and removed", async () => {
  const { id } = await ownGroup("lid")
  const { socket } = account.client
  await socket.updateProfilePicture(id, picture)
  const url = await socket.profilePictureUrl(id, "image")
  const shown = Buffer.from(await (await fetch(url ?? "")).arrayBuffer())
  expect(shown.toString("base64")).toBe((await knownGroup(id)).pictureBase64)
  await socket.removeProfilePicture(id)
  expect((await knownGroup(id)).pictureBase64).toBeUndefined()
})

test("everyone may add members where the group says so", async () => {
  const { id } = await ownGroup("lid")
  await account.client.socket.groupMemberAddMode(id, "all_member_add")
  expect(await account.client.socket.groupMetadata(id)).toMatchObject({ memberAddMode: true })
  expect((await knownGroup(id)).settings.memberAddMode).toBe("all_member_add")
})

test("the client joins by a link and leaves again", async () => {
  const { socket } = account.client
  const contact = await control.createContact({})
  const group = await control.createGroup({ subject: "Open", participants: [contact.id] })
  expect(await socket.groupAcceptInvite(group.inviteCode)).toBe(group.id)
  expect((await knownGroup(group.id)).participants).toContain(account.phone.pn)
  await socket.groupLeave(group.id)
  await eventually(async () => expect((await knownGroup(group.id)).participants).toEqual([contact.pn]))
})

test("the client asks to join where the admins want to be asked", async () => {
  const contact = await control.createContact({})
  const group = await control.createGroup({ subject: "Closed", participants: [contact.id, account.phone.id] })
  const { socket } = account.client
  await control.changeGroupMembers({
    groupId: group.id,
    by: contact.id,
    action: "promote",
    participants: [account.phone.id],
  })
  await socket.groupJoinApprovalMode(group.id, "on")
  await socket.groupLeave(group.id)
  await socket.groupAcceptInvite(group.inviteCode)
  expect((await knownGroup(group.id)).joinRequests).toEqual([account.phone.pn])
})

test("an invite to the account alone lets it in, once", async () => {
  const { client, phone } = account
  const contact = await control.createContact({})
  const group = await control.createGroup({ subject: "By invitation", participants: [contact.id] })
  const { inviteCode } = await control.inviteToGroup({ groupId: group.id, person: phone.id })
  const groupInviteMessage = {
    groupJid: group.id,
    inviteCode,
    inviteExpiration: 2_000_000_000,
    groupName: "By invitation",
  }
  const { messageId } = await control.sendProto({ from: contact.id, to: phone.pn, message: { groupInviteMessage } })
  const { messages } = await client.waitFor("messages.upsert", (upsert) => upsert.messages[0]?.key.id === messageId)
  const invite = messages[0]?.message?.groupInviteMessage
  if (!invite) throw new Error("no invite in the message")
  expect(invite).toMatchObject({ groupJid: group.id, groupName: "By invitation", inviteCode })
  expect(await client.socket.groupAcceptInviteV4(contact.lid, invite)).toBe(group.id)
  expect((await knownGroup(group.id)).participants).toContain(phone.pn)
  await expect(client.socket.groupAcceptInviteV4(contact.lid, invite)).rejects.toMatchObject({ data: 404 })
})

test("an invite to one person can be taken back", async () => {
  const { id, contact } = await ownGroup("lid")
  const bob = await control.createContact({})
  await control.inviteToGroup({ groupId: id, person: bob.id })
  expect(await account.client.socket.groupRevokeInviteV4(id, bob.pn)).toBe(true)
  expect((await knownGroup(id)).participants).toEqual([account.phone.pn, contact.pn])
})
