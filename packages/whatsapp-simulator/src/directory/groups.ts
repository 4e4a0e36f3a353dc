import { type Addressing, parseAddress } from "../stanza/addresses.ts"
import { nowSeconds } from "../stanza/ids.ts"
import type { User } from "./user.ts"

export type GroupRole = "member" | "admin" | "superadmin"
export type Group = {
  jid: string
  subject: string
  addressing: Addressing
  creator: User
  createdSeconds: number
  inviteCode: string
  description: string | undefined
  members: Map<User, GroupRole>
}

/** The groups there are. */
export class Groups {
  private readonly byJid = new Map<string, Group>()
  private nextNumber = 1

  create(fields: { subject: string; creator: User; members: User[]; addressing: Addressing }): Group {
    const number = this.nextNumber++
    const jid = `1203630000${String(number).padStart(8, "0")}@g.us`
    const members = new Map<User, GroupRole>([[fields.creator, "superadmin"]])
    for (const user of fields.members) if (user !== fields.creator) members.set(user, "member")
    const { subject, creator, addressing } = fields
    const group = {
      jid,
      subject,
      creator,
      addressing,
      members,
      createdSeconds: nowSeconds(),
      inviteCode: `Sim${String(number).padStart(19, "0")}`,
      description: undefined,
    }
    this.byJid.set(jid, group)
    return group
  }

  find(jid: string | undefined): Group | undefined {
    const user = parseAddress(jid)?.user
    return user === undefined ? undefined : this.byJid.get(`${user}@g.us`)
  }

  of(user: User): Group[] {
    return this.list().filter((group) => group.members.has(user))
  }

  list(): Group[] {
    return [...this.byJid.values()]
  }
}

export function isAdmin(group: Group, user: User): boolean {
  const role = group.members.get(user)
  return role === "admin" || role === "superadmin"
}
