import { getBinaryNodeChild, getBinaryNodeChildString, getBinaryNodeChildren } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { EventData, MemberAction, Person } from "@wildcat/shared/contracts"
import type { StoredMember } from "@wildcat/shared/store"
import type { GroupUpdate } from "../log/people-marks.ts"
import { isSame } from "./envelope.ts"
import type { Viewpoint } from "./envelope.ts"
import { addModeOf, readGroup, readMembers, secondsOf } from "./group-snapshot.ts"
import type { GroupSnapshot } from "./group-snapshot.ts"
import { resolvePerson } from "./people.ts"

/** What one change of a group says: how its document changes, and what is told. */
export interface GroupNews {
  update: GroupUpdate | null
  told: ToldOfGroup[]
  /** The rest of the group is not known: WhatsApp is to be asked for it. */
  incomplete?: true
}

export type ToldOfGroup =
  | { type: "group.update"; data: Omit<EventData<"group.update">, "chat" | "by"> }
  | { type: "group.participants"; data: Omit<EventData<"group.participants">, "chat" | "by"> }

/** People in one event: the largest groups have 1,024 members, and an event has its limit. */
const peopleMax = 200

/** Who made the change that a notification tells. */
export function actorOf(stanza: BinaryNode, view: Viewpoint): Person | null {
  const attrs: Partial<Record<string, string>> = stanza.attrs
  if (attrs["participant"] === undefined) return null
  return resolvePerson(view.names, attrs["participant"], attrs["participant_pn"] ?? attrs["participant_lid"])
}

/** Reads one child of a `w:gp2` notification; null for what says nothing that is kept or told. */
export function readGroupChange(change: BinaryNode, by: Person | null, view: Viewpoint): GroupNews | null {
  return readers[change.tag]?.(change, by, view) ?? null
}

type Settings = Omit<GroupSnapshot, "members" | "owner" | "createdAt" | "addressing" | "community">
type Reader = (change: BinaryNode, by: Person | null, view: Viewpoint) => GroupNews | null

const readers: Partial<Record<string, Reader>> = {
  create: created,
  subject: ({ attrs }) => changed({ subject: attrs["subject"] ?? "" }),
  description: (node) => changed({ description: getBinaryNodeChildString(node, "body") ?? null }),
  announcement: () => changed({ announce: true }),
  not_announcement: () => changed({ announce: false }),
  locked: () => changed({ locked: true }),
  unlocked: () => changed({ locked: false }),
  ephemeral: (node) => changed({ ephemeralSeconds: secondsOf(node) }),
  not_ephemeral: () => changed({ ephemeralSeconds: 0 }),
  member_add_mode: (node) => changed({ memberAddMode: addModeOf(textOf(node)) }),
  membership_approval_mode: (node) =>
    changed({ joinApproval: getBinaryNodeChild(node, "group_join")?.attrs["state"] === "on" }),
  invite: () => ({ update: null, told: [{ type: "group.update", data: { action: "changed", changes: renewed } }] }),
  add: (node, by, view) => entered(readMembers(node, view.names), by, view),
  remove: (node, by, view) => gone(readMembers(node, view.names), by, view),
  leave: (node, by, view) => gone(readMembers(node, view.names), by, view),
  promote: (node, _by, view) => ranked("promote", readMembers(node, view.names), view),
  demote: (node, _by, view) => ranked("demote", readMembers(node, view.names), view),
  created_membership_requests: (node, by, view) => asked("request", node, by, view),
  revoked_membership_requests: (node, by, view) => asked("request_ended", node, by, view),
  /** A member has another number: who is who must be read anew. */
  modify: () => ({ update: null, told: [], incomplete: true }),
}

const renewed = { inviteLink: "renewed" } as const

/** Fields of the document have the names of the event's. */
function changed(changes: Partial<Settings>): GroupNews {
  return {
    update: { kind: "set", set: changes },
    told: [{ type: "group.update", data: { action: "changed", changes } }],
  }
}

function created(change: BinaryNode, _by: Person | null, view: Viewpoint): GroupNews | null {
  const node = getBinaryNodeChild(change, "group")
  const read = node && readGroup(node, view.names)
  if (!read) return null
  const { members, owner: _owner, createdAt: _at, addressing: _mode, community: _parent, ...changes } = read.group
  return {
    update: { kind: "snapshot", group: read.group },
    told: [
      { type: "group.update", data: { action: "created", changes } },
      ...toldOf("add", Object.values(members), view),
    ],
  }
}

function entered(people: StoredMember[], by: Person | null, view: Viewpoint): GroupNews {
  const action = isOneself(people, by) ? "join" : "add"
  const update: GroupUpdate = { kind: "members", put: people, drop: [] }
  const told = toldOf(action, people, view)
  // Whoever comes into a group learns here of themselves only.
  return people.some((person) => isSame(person, view.me))
    ? { update: { ...update, joined: true }, told, incomplete: true }
    : { update, told }
}

function gone(people: StoredMember[], by: Person | null, view: Viewpoint): GroupNews {
  const update: GroupUpdate = { kind: "members", put: [], drop: people }
  const isMine = people.some((person) => isSame(person, view.me))
  return {
    update: isMine ? { ...update, joined: false } : update,
    told: toldOf(isOneself(people, by) ? "leave" : "remove", people, view),
  }
}

function ranked(action: "promote" | "demote", people: StoredMember[], view: Viewpoint): GroupNews {
  const role = action === "promote" ? "admin" : "member"
  const put = people.map((person) => ({ ...person, role }) as const)
  return { update: { kind: "members", put, drop: [] }, told: toldOf(action, people, view) }
}

/** Those who ask stand in the change; where they do not, it is the one who acts. */
function asked(action: MemberAction, change: BinaryNode, by: Person | null, view: Viewpoint): GroupNews | null {
  const named = ["participant", "requested_user"].flatMap((tag) =>
    getBinaryNodeChildren(change, tag).map(({ attrs }) =>
      resolvePerson(view.names, attrs["jid"], attrs["phone_number"] ?? attrs["lid"]),
    ),
  )
  const people = named.length > 0 || by === null ? named : [by]
  return people.length === 0 ? null : { update: null, told: toldOf(action, people, view) }
}

function toldOf(action: MemberAction, members: readonly Person[], { me }: Viewpoint): ToldOfGroup[] {
  const people = members.map(({ pn, lid }) => ({ pn, lid }))
  return Array.from({ length: Math.ceil(people.length / peopleMax) }, (_, index) => {
    const some = people.slice(index * peopleMax, (index + 1) * peopleMax)
    const data = { action, people: some, mine: some.some((person) => isSame(person, me)) }
    return { type: "group.participants", data } as const
  })
}

function isOneself(people: readonly Person[], by: Person | null): boolean {
  const [first] = people
  return by !== null && people.length === 1 && first !== undefined && isSame(first, by)
}

function textOf({ content }: BinaryNode): string {
  return content instanceof Uint8Array ? Buffer.from(content).toString() : typeof content === "string" ? content : ""
}
