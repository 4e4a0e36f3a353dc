import type { Person } from "@wildcat/shared/contracts"
import type { ContactDoc, StoredMember } from "@wildcat/shared/store"
import type { GroupSnapshot } from "../inbound/group-snapshot.ts"

/** How a group's document changes. */
export type GroupUpdate =
  | { kind: "snapshot"; group: GroupSnapshot }
  | { kind: "set"; set: Partial<Omit<GroupSnapshot, "members">> }
  | { kind: "members"; put: readonly StoredMember[]; drop: readonly Person[]; joined?: boolean }

/** A change of one group, or, of kind `all`, which groups the account is in. A document takes no change older than it is. */
export type GroupMark = { revision: number } & (
  | ({ jid: string } & GroupUpdate)
  | { kind: "all"; jids: readonly string[] }
)

/** What is known of a person. */
export type ContactFields = Pick<ContactDoc, "pn" | "lid" | "name" | "savedName" | "verifiedName">

/** All that is known of a person now. */
export interface ContactMark {
  revision: number
  contact: ContactFields
}

/** A rough measure of what marks weigh in a row of the log. */
export function weightOf(groups: readonly GroupMark[] = []): number {
  return groups.reduce((sum, mark) => sum + 200 + 150 * membersIn(mark), 0)
}

function membersIn(mark: GroupMark): number {
  if (mark.kind === "snapshot") return Object.keys(mark.group.members).length
  if (mark.kind === "members") return mark.put.length + mark.drop.length
  return mark.kind === "all" ? mark.jids.length : 1
}
