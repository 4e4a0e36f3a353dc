import { type Addressing, parseAddress } from "../stanza/addresses.ts"
import { nowSeconds } from "../stanza/ids.ts"
import type { Picture } from "./profile.ts"
import type { User } from "./user.ts"

export type GroupRole = "member" | "admin" | "superadmin"
export type GroupSettings = {
  /** Only admins write. */
  announcement: boolean
  /** Only admins change subject, description and picture. */
  locked: boolean
  memberAddMode: "all_member_add" | "admin_add"
  joinApproval: boolean
  /** Seconds after which messages disappear; 0: never. */
  ephemeralSeconds: number
}
export type Group = {
  jid: string
  subject: string
  addressing: Addressing
  creator: User
  createdSeconds: number
  inviteCode: string
  description: { id: string; text: string; by: User; setSeconds: number } | undefined
  picture: Picture | undefined
  settings: GroupSettings
  /** Who has asked to join, and when. */
  joinRequests: Map<User, number>
  /** Invites to one person, by the person: the code that goes with each. */
  personalInvites: Map<User, string>
  members: Map<User, GroupRole>
}

const initialSettings: GroupSettings = {
  announcement: false,
  locked: false,
  memberAddMode: "admin_add",
  joinApproval: false,
  ephemeralSeconds: 0,
}

/** The groups there are. */
export class Groups {
  private readonly byJid = new Map<string, Group>()
  private nextNumber = 1
  private nextInvite = 1

  create(fields: { subject: string; creator: User; members: User[]; addressing: Addressing }): Group {
    const number = this.nextNumber++
    const jid = `1203630000${String(number).padStart(8, "0")}@g.us`
    const members = new Map<User, GroupRole>([[fields.creator, "superadmin"]])
    for (const user of fields.members) if (user !== fields.creator) members.set(user, "member")
    const { subject, creator, addressing } = fields
    const group: Group = {
      jid,
      subject,
      creator,
      addressing,
      members,
      createdSeconds: nowSeconds(),
      inviteCode: this.newInviteCode(),
      description: undefined,
      picture: undefined,
      settings: { ...initialSettings },
      joinRequests: new Map(),
      personalInvites: new Map(),
    }
    this.byJid.set(jid, group)
    return group
  }

  newInviteCode(): string {
    return `Sim${String(this.nextInvite++).padStart(19, "0")}`
  }

  byInviteCode(code: string | undefined): Group | undefined {
    return this.list().find(({ inviteCode }) => inviteCode === code)
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
