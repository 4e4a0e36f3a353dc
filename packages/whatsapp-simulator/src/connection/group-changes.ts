import type { Device } from "../directory/device.ts"
import { type Group, type GroupRole, type GroupSettings, isAdmin } from "../directory/groups.ts"
import type { Picture } from "../directory/profile.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { node } from "../stanza/nodes.ts"
import { groupNode, memberNode } from "./group-stanza.ts"

export type MemberAction = "add" | "remove" | "promote" | "demote" | "leave"

const newRoles = { add: "member", promote: "admin", demote: "member" } as const

/** Everyone in a new group learns of it. */
export function announceGroup(group: Group): void {
  const create = node("create", { type: "new", key: stanzaId() }, [groupNode(group)])
  notify(group, group.creator, create, [...group.members.keys()])
}

/** Changes who is in a group, or with which role, and tells everyone concerned. */
export function changeMembers(group: Group, by: User, action: MemberAction, users: User[]): void {
  const concerned = new Set([...group.members.keys(), ...users])
  const roles = users.map((user): [User, GroupRole] => [user, group.members.get(user) ?? "member"])
  if (action === "remove" || action === "leave") for (const user of users) group.members.delete(user)
  else for (const user of users) group.members.set(user, newRoles[action])
  const tag = action === "leave" ? "remove" : action
  notify(
    group,
    by,
    node(
      tag,
      {},
      roles.map(([user, role]) => memberNode(group, user, role)),
    ),
    [...concerned],
  )
}

export function renameGroup(group: Group, by: User, subject: string): void {
  group.subject = subject
  const attributes = { subject, s_t: nowSeconds(), s_o: by.address(group.addressing) }
  notify(group, by, node("subject", attributes), [...group.members.keys()])
}

/** Undefined text removes the description. */
export function describeGroup(group: Group, by: User, text: string | undefined, id = stanzaId()): void {
  group.description = text === undefined ? undefined : { id, text, by, setSeconds: nowSeconds() }
  const body = text === undefined ? [node("delete")] : [node("body", {}, Buffer.from(text))]
  notify(group, by, node("description", { id }, body), [...group.members.keys()])
}

/** Changes settings and tells everyone, as `change` says it. */
export function changeSettings(group: Group, by: User, settings: Partial<GroupSettings>, change: Stanza): void {
  Object.assign(group.settings, settings)
  notify(group, by, change, [...group.members.keys()])
}

/** A new code; the old one leads nowhere any more. */
export function renewInvite(group: Group, by: User, code: string): void {
  group.inviteCode = code
  notify(group, by, node("invite", { code }), [...group.members.keys()])
}

/** Undefined removes the picture. */
export function changeGroupPicture(group: Group, by: User, picture: Picture | undefined): void {
  group.picture = picture
  const author = by.address(group.addressing)
  const change = picture ? node("set", { id: picture.id, author }) : node("delete", { author })
  for (const device of devicesOf(group.members.keys())) {
    const attributes = { type: "picture", from: group.jid, t: nowSeconds(), id: stanzaId() }
    device.deliver(node("notification", attributes, [change]))
  }
}

/** Someone wants to join; the admins decide. */
export function requestToJoin(group: Group, user: User): void {
  group.joinRequests.set(user, nowSeconds())
  const attributes = { request_method: "invite_link", participant: user.address(group.addressing) }
  const admins = [...group.members.keys()].filter((member) => isAdmin(group, member))
  notify(group, user, node("created_membership_requests", attributes, [memberNode(group, user, "member")]), admins)
}

function notify(group: Group, by: User, change: Stanza, users: User[]): void {
  const alias = group.addressing === "lid" ? { participant_pn: by.pn } : { participant_lid: by.lid }
  const participant = by.address(group.addressing)
  const attributes = { type: "w:gp2", from: group.jid, participant, ...alias, notify: by.name, t: nowSeconds() }
  for (const device of devicesOf(users))
    device.deliver(node("notification", { ...attributes, id: stanzaId() }, [change]))
}

function devicesOf(users: Iterable<User>): Device[] {
  return [...users].flatMap((user) => [...user.devices.values()])
}
