import type { proto } from "@whiskeysockets/baileys"
import { clientsOf } from "../connection/linked-device.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { createDeviceIdentity } from "../signal/adv.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { attribute, node } from "../stanza/nodes.ts"
import { Inbox } from "./inbox.ts"
import type { Network } from "./network.ts"
import { readContent } from "./read-content.ts"
import type { Outgoing } from "./sent-messages.ts"
import { SimulatedDevice } from "./simulated-device.ts"

export type Typing = "composing" | "recording" | "paused"
export type TypingSeen = { from: string; state: string; at: string }
/** Where a message came from, as its receipt must name it. */
type Origin = { to: string; participant: string | undefined }

/** A contact can confirm this many of its latest messages, and remembers this many typings. */
const originsMax = 10_000
const typingsMax = 1000

/** A person the simulator plays: writes, reads and confirms like someone with a phone. */
export class Contact {
  readonly user: User
  /** What each device has decrypted, by device number; 0 is the phone. */
  readonly inboxes = new Map<number, Inbox>()
  readonly typings: TypingSeen[] = []
  /** Whether messages are read as soon as they arrive. */
  autoRead = false
  private readonly network: Network
  private readonly device: SimulatedDevice
  private readonly origins = new Map<string, Origin>()

  constructor(parts: { user: User; network: Network; isSink?: boolean }) {
    this.user = parts.user
    this.network = parts.network
    this.device = this.createDevice(0)
    this.device.isSink = parts.isSink ?? false
  }

  get inbox(): Inbox {
    return this.inboxOf(0)
  }

  inboxOf(deviceId: number): Inbox {
    const inbox = this.inboxes.get(deviceId) ?? new Inbox()
    this.inboxes.set(deviceId, inbox)
    return inbox
  }

  /** Links one more device to the contact's phone; answers its number. */
  addCompanion(): number {
    const companion = this.createDevice(Math.max(...this.user.devices.keys()) + 1)
    const { identity } = this.device.signal.keys
    companion.deviceIdentity = createDeviceIdentity(identity, companion.signal.keys.identity, companion.keyIndex)
    this.announceDevice("add", companion.id)
    return companion.id
  }

  /** False when the contact has no such companion. */
  removeCompanion(deviceId: number): boolean {
    if (deviceId === 0 || !this.user.devices.delete(deviceId)) return false
    this.announceDevice("remove", deviceId)
    return true
  }

  async send(outgoing: Outgoing): Promise<void> {
    await this.network.journal.writing(this.user, outgoing, () => this.device.send(outgoing))
  }

  /** Encrypts a message for the clients of an account now; the answer sends it. */
  async prepare(outgoing: { id: string; user: User; message: proto.IMessage }): Promise<() => void> {
    return await this.device.prepare(outgoing)
  }

  /** Confirms messages in the chats they came in; false when one is unknown. Type undefined means delivered. */
  confirm(messageIds: string[], type: "read" | "played" | undefined): boolean {
    const known = messageIds.flatMap((id) => this.origins.get(id) ?? [])
    if (known.length < messageIds.length) return false
    messageIds.forEach((id, index) => {
      const receipt = node("receipt", { ...known[index], id, type })
      this.network.receipts.route(this.device, receipt)
    })
    return true
  }

  type(to: User, typing: Typing): void {
    const state = typing === "recording" ? node("composing", { media: "audio" }) : node(typing)
    this.deliverTo(to, node("chatstate", { from: this.address() }, [state]))
  }

  /** Rings at the other side; answers the id of the call. */
  call(to: User, video: boolean): string {
    const callId = stanzaId()
    const media = node(video ? "video" : "audio")
    this.signalCall(to, node("offer", { ...this.callAttributes(callId), caller_pn: this.user.pn }, [media]))
    return callId
  }

  hangUp(to: User, callId: string): void {
    this.signalCall(to, node("terminate", this.callAttributes(callId)))
  }

  /** A new phone: new identity, no sessions, no sender keys. */
  reinstall(): void {
    this.device.reinstall()
  }

  /** What the server tells everyone's clients about a new identity. */
  announceIdentity(): void {
    for (const user of this.network.directory.all()) {
      const attributes = { type: "encrypt", from: this.address(), id: stanzaId(), t: nowSeconds() }
      this.deliverTo(user, node("notification", attributes, [node("identity")]))
    }
  }

  private createDevice(id: number): SimulatedDevice {
    const { user, network } = this
    const inbox = this.inboxOf(id)
    const device = new SimulatedDevice({
      user,
      id,
      network,
      events: {
        onMessage: ({ id: messageId, author, chat, message, stanza }) => {
          network.polls.notice(messageId, author, message)
          const content = { ...readContent(message, { ...network, author }), ...editOf(stanza) }
          const received = inbox.record({ messageId, from: author.pn, chat }, content)
          if (id !== 0) return
          network.journal.received(user, received)
          this.arrived(messageId, stanza)
        },
        onTyping: (typing) => id === 0 && this.sawTyping(typing),
      },
    })
    user.devices.set(id, device)
    return device
  }

  private arrived(messageId: string, stanza: Stanza): void {
    this.origins.set(messageId, { to: attribute(stanza, "from") ?? "", participant: attribute(stanza, "participant") })
    const [oldest] = this.origins.keys()
    if (this.origins.size > originsMax && oldest !== undefined) this.origins.delete(oldest)
    if (this.autoRead) this.confirm([messageId], "read")
  }

  private sawTyping(typing: { from: string; state: string }): void {
    this.network.journal.typing(this.user, typing)
    this.typings.push({ ...typing, at: new Date().toISOString() })
    if (this.typings.length > typingsMax) this.typings.shift()
  }

  /** What the server tells everyone's clients about a changed list of devices. */
  private announceDevice(change: "add" | "remove", deviceId: number): void {
    const jid = this.user.address(this.user.addressing, deviceId)
    const device = node("device", { jid, "key-index": change === "add" ? deviceId : undefined })
    for (const user of this.network.directory.all()) {
      const attributes = { type: "devices", from: this.address(), id: stanzaId(), t: nowSeconds() }
      this.deliverTo(user, node("notification", attributes, [node(change, { device_hash: stanzaId() }, [device])]))
    }
  }

  private callAttributes(callId: string): Record<string, string> {
    return { "call-id": callId, "call-creator": this.address() }
  }

  private signalCall(to: User, signal: Stanza): void {
    const attributes = { from: this.address(), id: stanzaId(), t: nowSeconds(), notify: this.user.name }
    this.deliverTo(to, node("call", attributes, [signal]))
  }

  /** Only clients care: simulated phones have no screen. */
  private deliverTo(user: User, stanza: Stanza): void {
    for (const client of clientsOf(user)) client.deliver(stanza)
  }

  private address(): string {
    return this.user.address(this.user.addressing)
  }
}

function editOf(stanza: Stanza): { edit?: string } {
  const edit = attribute(stanza, "edit")
  return edit === undefined ? {} : { edit }
}
