import { getBinaryNodeChild, getBinaryNodeChildString, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { GroupView } from "@wildcat/shared/contracts"
import { memberKey } from "@wildcat/shared/store"
import type { GroupDoc, StoredMember } from "@wildcat/shared/store"
import { isSame, timeOf } from "./envelope.ts"
import type { Viewpoint } from "./envelope.ts"
import { resolvePerson } from "./people.ts"
import type { Names } from "./people.ts"

/** What a group's document holds besides whose it is. */
export type GroupSnapshot = Pick<
  GroupDoc,
  | "subject"
  | "description"
  | "owner"
  | "createdAt"
  | "addressing"
  | "announce"
  | "locked"
  | "memberAddMode"
  | "joinApproval"
  | "ephemeralSeconds"
  | "community"
  | "members"
>

/** Reads a `group` node, as WhatsApp answers with it (research: extractGroupMetadata of Baileys 7.0.0-rc14). */
export function readGroup(node: BinaryNode, names: Names): { jid: string; group: GroupSnapshot } | null {
  const attrs: Partial<Record<string, string>> = node.attrs
  const id = attrs["id"]
  if (id === undefined) return null
  const { creator, creation } = attrs
  return {
    jid: id.includes("@") ? id : `${id}@g.us`,
    group: {
      subject: attrs["subject"] ?? "",
      description: getBinaryNodeChildString(getBinaryNodeChild(node, "description"), "body") ?? null,
      owner: creator === undefined ? null : resolvePerson(names, creator, attrs["creator_pn"]),
      createdAt: creation === undefined ? null : timeOf(creation),
      addressing: attrs["addressing_mode"] === "lid" ? "lid" : "pn",
      ...settingsOf(node),
      community: getBinaryNodeChild(node, "linked_parent")?.attrs["jid"] ?? null,
      members: membersOf(node, names),
    },
  }
}

/** A setting that is off is left out, except the mode of adding members. */
function settingsOf(node: BinaryNode) {
  const has = (tag: string) => getBinaryNodeChild(node, tag) !== undefined
  return {
    announce: has("announcement"),
    locked: has("locked"),
    memberAddMode: addModeOf(getBinaryNodeChildString(node, "member_add_mode")),
    joinApproval: has("membership_approval_mode"),
    ephemeralSeconds: secondsOf(getBinaryNodeChild(node, "ephemeral")),
  }
}

export function addModeOf(text: string | undefined): GroupView["memberAddMode"] {
  return text === "all_member_add" ? "all" : "admins"
}

export function secondsOf(ephemeral: BinaryNode | undefined): number {
  return Number(ephemeral?.attrs["expiration"]) || 0
}

/** The `participant` nodes below a node: one name is `jid`, the other `phone_number` or `lid`. */
export function readMembers(node: BinaryNode, names: Names): StoredMember[] {
  return getBinaryNodeChildren(node, "participant").map(({ attrs }) => ({
    ...resolvePerson(names, attrs["jid"], attrs["phone_number"] ?? attrs["lid"]),
    role: roleOf(attrs["type"]),
  }))
}

function membersOf(node: BinaryNode, names: Names): Record<string, StoredMember> {
  return Object.fromEntries(readMembers(node, names).map((member) => [memberKey(member), member]))
}

function roleOf(type: string | undefined): StoredMember["role"] {
  return type === "admin" || type === "superadmin" ? type : "member"
}

/** Whether the account is in the group: WhatsApp also describes groups that it is only invited to. */
export function isMember(group: GroupSnapshot, me: Viewpoint["me"]): boolean {
  return Object.values(group.members).some((member) => isSame(member, me))
}
