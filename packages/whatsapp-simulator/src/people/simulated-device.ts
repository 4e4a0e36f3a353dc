import type { proto } from "@whiskeysockets/baileys"
import type { Device } from "../directory/device.ts"
import type { User } from "../directory/user.ts"
import type { KeyBundle } from "../signal/key-bundle.ts"
import { SignalDevice } from "../signal/signal-device.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, children } from "../stanza/nodes.ts"
import { readRetryBundle } from "../directory/bundle-stanza.ts"
import type { Network } from "./network.ts"
import { Receiver } from "./receiver.ts"
import { Sender } from "./sender.ts"
import type { Outgoing } from "./sent-messages.ts"

/** What the owner of a simulated device wants to know of. */
export type DeviceEvents = {
  /** A message was decrypted. `chat` is the peer or the group; `author` is who wrote it. */
  onMessage: (received: { id: string; author: User; chat: string; message: proto.IMessage; stanza: Stanza }) => void
  /** Someone types, or stops. */
  onTyping?: (typing: { from: string; state: string }) => void
}

/** A phone the simulator plays: a real Signal endpoint with identity, sessions and sender keys of its own. */
export class SimulatedDevice implements Device {
  readonly user: User
  readonly id: number
  /** Whether messages are confirmed without being decrypted. */
  isSink = false
  /** Of a companion: signed by the user's phone and by itself. */
  deviceIdentity: Buffer | undefined
  signal: SignalDevice
  private readonly network: Network
  private readonly events: DeviceEvents
  private readonly sender: Sender
  private readonly receiver: Receiver

  /** `id` is 0 for a phone. */
  constructor(parts: { user: User; id?: number; network: Network; events: DeviceEvents }) {
    this.user = parts.user
    this.id = parts.id ?? 0
    this.events = parts.events
    this.network = parts.network
    this.signal = this.createSignal()
    this.sender = new Sender({ device: this, network: parts.network })
    this.receiver = new Receiver({ device: this, network: parts.network, events: parts.events })
  }

  get keyIndex(): number {
    return this.id
  }

  takeBundle(): KeyBundle {
    return this.signal.keys.publish()
  }

  /** Signal work is never done on the path of the connection that brought the stanza. */
  deliver(stanza: Stanza): void {
    if (stanza.tag === "message") this.later(() => this.receiver.receive(stanza))
    else if (isDeparture(stanza)) this.later(() => this.sender.renewSenderKey(attribute(stanza, "from") ?? ""))
    else if (stanza.tag === "receipt" && attribute(stanza, "type") === "retry") {
      this.later(() => this.sender.sendAgain(stanza, readRetryBundle(stanza)))
    } else if (stanza.tag === "chatstate") {
      this.events.onTyping?.({ from: attribute(stanza, "from") ?? "", state: typingState(stanza) })
    }
  }

  /** A new installation: identity, sessions and sender keys are gone. */
  reinstall(): void {
    this.signal = this.createSignal()
    this.sender.forgetDistribution()
  }

  /** Encrypts a message for every device of the destination, and of the sender, and hands it to the network. */
  async send(outgoing: Outgoing): Promise<void> {
    await this.signal.exclusively(() => this.sender.send(outgoing))
  }

  /** Encrypts a message for a user's linked clients alone; the answer hands it to the network. */
  async prepare(outgoing: { id: string; user: User; message: proto.IMessage }): Promise<() => void> {
    return await this.signal.exclusively(() => this.sender.prepare(outgoing))
  }

  /** Sends to one of the user's own companions: keys, history. */
  sendToCompanion(companion: Device, id: string, message: proto.IMessage): void {
    this.later(() => this.sender.sendToCompanion(companion, id, message))
  }

  private createSignal(): SignalDevice {
    return new SignalDevice(`${this.user.lidUser}-${this.id}`)
  }

  private later(work: () => Promise<void>): void {
    this.signal.exclusively(work).catch(() => {
      this.network.counters.deviceErrors += 1
    })
  }
}

/** Whoever left a group must not read on: the others' next messages use new keys. */
function isDeparture(stanza: Stanza): boolean {
  return attribute(stanza, "type") === "w:gp2" && children(stanza)[0]?.tag === "remove"
}

function typingState(chatState: Stanza): string {
  const [state] = children(chatState)
  return state && attribute(state, "media") === "audio" ? "recording" : (state?.tag ?? "")
}
