import type { Device } from "../directory/device.ts"
import type { User } from "../directory/user.ts"
import { node } from "../stanza/nodes.ts"
import { nowSeconds } from "../stanza/ids.ts"

export type Presence = "available" | "unavailable"

/** Who is online, and which devices want to know. */
export class Presences {
  private readonly states = new Map<User, { presence: Presence; lastSeconds: number }>()
  /** The address under which each device asked. */
  private readonly subscribers = new Map<User, Map<Device, string>>()

  subscribe(device: Device, user: User, jid: string): void {
    const subscribers = this.subscribers.get(user) ?? new Map<Device, string>()
    this.subscribers.set(user, subscribers.set(device, jid))
    this.tell(device, user, jid)
  }

  set(user: User, presence: Presence): void {
    this.states.set(user, { presence, lastSeconds: nowSeconds() })
    for (const [device, jid] of this.subscribers.get(user) ?? []) this.tell(device, user, jid)
  }

  of(user: User): Presence {
    return this.states.get(user)?.presence ?? "unavailable"
  }

  /** A subscription ends with the connection. */
  forget(device: Device): void {
    for (const subscribers of this.subscribers.values()) subscribers.delete(device)
  }

  private tell(device: Device, user: User, from: string): void {
    const state = this.states.get(user)
    if (state?.presence === "available") device.deliver(node("presence", { from }))
    else device.deliver(node("presence", { from, type: "unavailable", last: state?.lastSeconds ?? "deny" }))
  }
}
