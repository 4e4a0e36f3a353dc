import type { GroupMember, GroupView, Person } from "@wildcat/shared/contracts"
import type { GroupSnapshot } from "../inbound/group-snapshot.ts"
import { isSame } from "../inbound/envelope.ts"

/** A group as the API shows it. */
export function viewGroup(jid: string, group: GroupSnapshot, me: Person): GroupView {
  const { members, createdAt, ...rest } = group
  const all = Object.values(members)
  return {
    id: jid,
    ...rest,
    createdAt: createdAt?.toISOString() ?? null,
    size: all.length,
    role: all.find((member) => isSame(member, me))?.role ?? null,
  }
}

export function membersOf(group: GroupSnapshot): GroupMember[] {
  return Object.values(group.members)
}
