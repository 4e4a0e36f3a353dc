import { type Addressing, parseAddress } from "../stanza/addresses.ts"
import type { Device } from "./device.ts"
import { Random } from "./random.ts"
import { User } from "./user.ts"

/** Everyone there is, found by phone number or LID. */
export class Directory {
  private readonly random: Random
  private readonly byPhone = new Map<string, User>()
  private readonly byLid = new Map<string, User>()

  constructor(seed: number) {
    this.random = new Random(seed)
  }

  /** @throws Error when the number is taken. */
  add(fields: { id: string; phone?: string | undefined; name: string; addressing: Addressing }): User {
    const phone = fields.phone ?? this.freePhone()
    if (this.byPhone.has(phone)) throw new NumberTaken()
    const user = new User({ ...fields, phone, lidUser: this.freeLid() })
    this.byPhone.set(phone, user)
    this.byLid.set(user.lidUser, user)
    return user
  }

  /** The user behind a JID of either form, whatever its device. */
  user(jid: string | undefined): User | undefined {
    const address = parseAddress(jid)
    if (!address) return undefined
    return address.server === "lid" ? this.byLid.get(address.user) : this.byPhone.get(address.user)
  }

  device(jid: string | undefined): Device | undefined {
    return this.user(jid)?.devices.get(parseAddress(jid)?.device ?? 0)
  }

  byNumber(phone: string): User | undefined {
    return this.byPhone.get(phone)
  }

  all(): User[] {
    return [...this.byPhone.values()]
  }

  private freePhone(): string {
    for (;;) {
      const phone = `4915${this.random.digits(9)}`
      if (!this.byPhone.has(phone)) return phone
    }
  }

  private freeLid(): string {
    for (;;) {
      const lid = `2${this.random.digits(14)}`
      if (!this.byLid.has(lid)) return lid
    }
  }
}

export class NumberTaken extends Error {
  constructor() {
    super("the number is taken")
  }
}
