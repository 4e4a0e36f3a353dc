import { type Addressing, lidAddress, pnAddress } from "../stanza/addresses.ts"
import type { Device } from "./device.ts"
import { Profile } from "./profile.ts"

/** A person: a number, a LID, a name and devices. Account and contact alike. */
export class User {
  /** The id the control API knows this person by. */
  readonly id: string
  readonly phone: string
  /** The number behind the LID address, without server. */
  readonly lidUser: string
  /** What the person shows to others. */
  name: string
  /** How this person addresses others, and is therefore seen by them. */
  readonly addressing: Addressing
  readonly devices = new Map<number, Device>()
  readonly profile = new Profile()

  constructor(fields: { id: string; phone: string; lidUser: string; name: string; addressing: Addressing }) {
    this.id = fields.id
    this.phone = fields.phone
    this.lidUser = fields.lidUser
    this.name = fields.name
    this.addressing = fields.addressing
  }

  get pn(): string {
    return pnAddress(this.phone)
  }

  get lid(): string {
    return lidAddress(this.lidUser)
  }

  address(addressing: Addressing, device = 0): string {
    return addressing === "lid" ? lidAddress(this.lidUser, device) : pnAddress(this.phone, device)
  }
}
