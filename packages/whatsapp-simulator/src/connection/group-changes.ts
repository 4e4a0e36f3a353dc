import type { Group, GroupRole } from "../directory/groups.ts"
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

export function describeGroup(group: Group, by: User, description: string | undefined): void {
  group.description = description
  const body = description === undefined ? [] : [node("body", {}, Buffer.from(description))]
  notify(group, by, node("description", { id: stanzaId() }, body), [...group.members.keys()])
}

function notify(group: Group, by: User, change: Stanza, users: User[]): void {
  const alias = group.addressing === "lid" ? { participant_pn: by.pn } : { participant_lid: by.lid }
  const participant = by.address(group.addressing)
  const attributes = { type: "w:gp2", from: group.jid, participant, ...alias, notify: by.name, t: nowSeconds() }
  for (const user of users) {
    for (const device of user.devices.values()) {
      device.deliver(node("notification", { ...attributes, id: stanzaId() }, [change]))
    }
  }
}
