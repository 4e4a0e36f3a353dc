import type { GroupRole, GroupView } from "../contracts/index.ts"

/** A group that the account is or was in. `_id` is `<account>:<jid>`. */
export interface GroupDoc extends Omit<GroupView, "id" | "size" | "role" | "createdAt"> {
  _id: string
  tenant: string
  account: string
  jid: string
  createdAt: Date | null
  /** By `memberKey`: a change of one member is one field. */
  members: Record<string, StoredMember>
  /** False when the account has left, was removed, or the group was not among its groups any more. */
  joined: boolean
  /** Number of the change that it is up to: an earlier one changes nothing. */
  revision: number
  updatedAt: Date
}

export interface StoredMember {
  pn: string | null
  lid: string | null
  role: GroupRole
}

/** A person that the account has met. One document per person. `_id` is `<account>:<memberKey>`. */
export interface ContactDoc {
  _id: string
  tenant: string
  account: string
  pn: string | null
  lid: string | null
  /** What the person shows to others. */
  name: string | null
  /** What the account's phone has saved. */
  savedName: string | null
  /** Of a business, as WhatsApp has verified it. */
  verifiedName: string | null
  /** What it is found by: names and their words in lower case, the number's digits. */
  search: string[]
  revision: number
  updatedAt: Date
}

/** What WhatsApp said of a number. `_id` is `<account>:<digits>`, the digits as they were asked. */
export interface NumberCheckDoc {
  _id: string
  account: string
  exists: boolean
  /** The number under which WhatsApp knows the person. */
  pn: string | null
  lid: string | null
  checkedAt: Date
}

/** A person's field among others of an account: by LID when it is known. Safe as a field name. */
export function memberKey(person: { pn: string | null; lid: string | null }): string {
  return person.lid === null ? `p${digitsOf(person.pn)}` : `l${digitsOf(person.lid)}`
}

/** Where the person may stand who is now known by both names. */
export function otherKeys(person: { pn: string | null; lid: string | null }): string[] {
  return person.pn !== null && person.lid !== null ? [`p${digitsOf(person.pn)}`] : []
}

function digitsOf(jid: string | null): string {
  return (jid ?? "").replace(/@.*$/, "").replace(/[^0-9A-Za-z-]/g, "")
}
