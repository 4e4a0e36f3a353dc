import type { Device } from "../directory/device.ts"
import type { Directory } from "../directory/directory.ts"
import type { Group, Groups } from "../directory/groups.ts"
import type { Faults } from "../faults/faults.ts"
import { type Addressing, addressingOf, isGroupAddress, statusAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, child, children, node } from "../stanza/nodes.ts"
import { LinkedDevice } from "./linked-device.ts"

/** Attributes of a message that reach its recipients unchanged. */
const passedOn = ["id", "type", "category", "edit"] as const
type Enclosed = { target: Device; encs: Stanza[] }

/** Takes a message from one device and hands each recipient device its own copy, addressed as that device expects. */
export class MessageRouter {
  private readonly directory: Directory
  private readonly groups: Groups
  private readonly faults: Faults

  constructor(parts: { directory: Directory; groups: Groups; faults: Faults }) {
    this.directory = parts.directory
    this.groups = parts.groups
    this.faults = parts.faults
  }

  route(sender: Device, message: Stanza): void {
    const to = attribute(message, "to") ?? ""
    if (to === statusAddress) return this.routeStatus(sender, message)
    const group = isGroupAddress(to) ? this.groups.find(to) : undefined
    if (isGroupAddress(to) && !group) return
    for (const enclosed of group ? this.toGroup(group, sender, message) : this.toUser(to, message)) {
      if (!group && enclosed.target.user.profile.blocked.has(sender.user)) continue
      const attributes = group ? groupAttributes(group, sender) : this.userAttributes(sender, enclosed.target, message)
      this.hand(enclosed, sender, message, attributes)
    }
  }

  /** A status post: the sender names everyone who may see it, and sends them its key each time. */
  private routeStatus(sender: Device, message: Stanza): void {
    const single = attribute(message, "participant")
    const shared = children(message, "enc")
    const named = this.named(message).map(({ target, encs }) => ({ target, encs: [...encs, ...shared] }))
    const participant = sender.user.address("pn", sender.id)
    const attributes = { from: statusAddress, participant, ...aliasOf("participant", sender, "pn") }
    for (const enclosed of single === undefined ? named : this.single(single, shared)) {
      this.hand(enclosed, sender, message, attributes)
    }
  }

  /** Devices named one by one, or (retries, peer messages) the one device the message is addressed to. */
  private toUser(to: string, message: Stanza): Enclosed[] {
    const direct = children(message, "enc")
    const target = direct.length > 0 ? this.directory.device(to) : undefined
    return [...(target ? [{ target, encs: direct }] : []), ...this.named(message)]
  }

  private toGroup(group: Group, sender: Device, message: Stanza): Enclosed[] {
    const shared = children(message, "enc")
    const single = attribute(message, "participant")
    if (single !== undefined) return this.single(single, shared)
    const named = new Map(this.named(message).map(({ target, encs }) => [target, encs]))
    const devices = [...group.members.keys()].flatMap((user) => [...user.devices.values()])
    return devices
      .filter((device) => device !== sender)
      .map((target) => ({ target, encs: [...(named.get(target) ?? []), ...shared] }))
  }

  private single(jid: string, encs: Stanza[]): Enclosed[] {
    const target = this.directory.device(jid)
    return target ? [{ target, encs }] : []
  }

  private named(message: Stanza): Enclosed[] {
    return children(child(message, "participants"), "to").flatMap((to) => {
      const target = this.directory.device(attribute(to, "jid"))
      return target ? [{ target, encs: children(to, "enc") }] : []
    })
  }

  private userAttributes(sender: Device, target: Device, message: Stanza): Record<string, string | undefined> {
    const to = attribute(message, "to") ?? ""
    const addressing = addressingOf(to)
    const from = sender.user.address(addressing, sender.id)
    if (sender.user !== target.user) return { from, ...aliasOf("sender", sender, addressing) }
    if (attribute(message, "category") === "peer") return { from: sender.user.address("pn", sender.id) }
    const recipient = attribute(message, "recipient") ?? to
    const peer = this.directory.user(recipient)
    const alias = peer && { [`recipient_${other(addressing)}`]: peer.address(other(addressing)) }
    return { from, recipient, ...alias }
  }

  private hand({ target, encs }: Enclosed, sender: Device, message: Stanza, attributes: Attributes): void {
    const kept = Object.fromEntries(passedOn.map((name) => [name, attribute(message, name)]))
    const identity = encs.some((enc) => attribute(enc, "type") === "pkmsg")
      ? child(message, "device-identity")
      : undefined
    const content = identity ? [...encs, identity] : encs
    const stanza = node("message", { ...attributes, ...kept, t: nowSeconds(), notify: sender.user.name }, content)
    if (!(target instanceof LinkedDevice)) return target.deliver(stanza)
    const phoneId = target.user.id
    const isDamaged = this.isDamaged(sender, target, attribute(message, "category"))
    const withheld = sender.user !== target.user && this.faults.take("unavailable-message", phoneId)
    const delivered = withheld ? unavailable(stanza, withheld.type) : isDamaged ? damaged(stanza) : stanza
    target.deliver(delivered)
    if (sender.user !== target.user && this.faults.take("duplicate-message", phoneId)) target.deliver(delivered)
  }

  private isDamaged(sender: Device, target: Device, category: string | undefined): boolean {
    const phoneId = target.user.id
    if (sender.user !== target.user) return this.faults.take("undecryptable-message", phoneId) !== undefined
    return category === "peer" && this.faults.take("undecryptable-peer-message", phoneId) !== undefined
  }
}

type Attributes = Record<string, string | undefined>

function groupAttributes(group: Group, sender: Device): Attributes {
  const participant = sender.user.address(group.addressing, sender.id)
  const alias = aliasOf("participant", sender, group.addressing)
  return { from: group.jid, participant, addressing_mode: group.addressing, ...alias }
}

/** The sender's other address: clients learn from it which LID belongs to which number. */
function aliasOf(role: "sender" | "participant", sender: Device, addressing: Addressing): Attributes {
  return { addressing_mode: addressing, [`${role}_${other(addressing)}`]: sender.user.address(other(addressing)) }
}

function other(addressing: Addressing): Addressing {
  return addressing === "lid" ? "pn" : "lid"
}

/** The same message without its ciphertext. */
function unavailable(message: Stanza, type: string | undefined): Stanza {
  return { ...message, content: [node("unavailable", { type })] }
}

/** The same message with the last byte of each ciphertext, part of its MAC or signature, flipped. */
function damaged(message: Stanza): Stanza {
  const content = children(message).map((part) => {
    if (part.tag !== "enc" || !(part.content instanceof Uint8Array)) return part
    const bytes = Buffer.from(part.content)
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 0xff, bytes.length - 1)
    return { ...part, content: bytes }
  })
  return { ...message, content }
}
