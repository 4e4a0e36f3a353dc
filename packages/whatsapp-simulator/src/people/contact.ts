import type { proto } from "@whiskeysockets/baileys"
import { LinkedDevice } from "../connection/linked-device.ts"
import type { User } from "../directory/user.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { attribute, node } from "../stanza/nodes.ts"
import { Inbox } from "./inbox.ts"
import type { Network } from "./network.ts"
import { readContent } from "./read-content.ts"
import type { Destination } from "./sent-messages.ts"
import { SimulatedDevice } from "./simulated-device.ts"

export type Typing = "composing" | "recording" | "paused"

/** A person the simulator plays: writes, reads and confirms like someone with a phone. */
export class Contact {
  readonly user: User
  readonly inbox = new Inbox()
  /** Whether messages are read as soon as they arrive. */
  autoRead = false
  private readonly network: Network
  private readonly device: SimulatedDevice

  constructor(parts: { user: User; network: Network }) {
    this.user = parts.user
    this.network = parts.network
    this.device = new SimulatedDevice({
      ...parts,
      events: {
        onMessage: ({ id, author, chat, message, stanza }) => {
          this.inbox.record({ messageId: id, from: author.pn, chat }, readContent(message, parts.network.media))
          if (this.autoRead) this.readAtOnce(id, stanza)
        },
      },
    })
    parts.user.devices.set(0, this.device)
  }

  async send(outgoing: {
    id: string
    destination: Destination
    message: proto.IMessage
    edit?: string
  }): Promise<void> {
    await this.device.send(outgoing)
  }

  /** Confirms messages; `author` is who wrote them in a group. Type undefined means delivered. */
  giveReceipt(receipt: {
    chat: string
    author?: string | undefined
    messageIds: string[]
    type: "read" | "played" | undefined
  }): void {
    const [first, ...rest] = receipt.messageIds
    const items = rest.map((id) => node("item", { id }))
    const attributes = { to: receipt.chat, id: first, type: receipt.type, participant: receipt.author }
    const list = items.length > 0 ? [node("list", {}, items)] : undefined
    this.network.receipts.route(this.device, node("receipt", attributes, list))
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

  private readAtOnce(messageId: string, stanza: Stanza): void {
    const author = attribute(stanza, "participant")
    this.giveReceipt({ chat: attribute(stanza, "from") ?? "", author, messageIds: [messageId], type: "read" })
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
    for (const device of user.devices.values()) if (device instanceof LinkedDevice) device.deliver(stanza)
  }

  private address(): string {
    return this.user.address(this.user.addressing)
  }
}
