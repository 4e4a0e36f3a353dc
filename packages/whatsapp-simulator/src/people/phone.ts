import type { proto } from "@whiskeysockets/baileys"
import type { Device } from "../directory/device.ts"
import type { User } from "../directory/user.ts"
import { type CompanionClaim, signCompanion } from "../signal/adv.ts"
import { messageId } from "../stanza/ids.ts"
import { Inbox } from "./inbox.ts"
import { initialSyncMessages } from "./initial-sync.ts"
import type { Network } from "./network.ts"
import { readContent } from "./received.ts"
import type { Destination } from "./sent-messages.ts"
import { SimulatedDevice } from "./simulated-device.ts"

/** The account's own phone: links clients, gives them keys and history, and sees what they send. */
export class Phone {
  readonly user: User
  /** What other devices of the account sent, and what the account received. */
  readonly inbox = new Inbox()
  private readonly network: Network
  private readonly device: SimulatedDevice
  private nextDeviceId = 1

  constructor(parts: { user: User; network: Network }) {
    this.user = parts.user
    this.network = parts.network
    this.device = new SimulatedDevice({
      ...parts,
      events: {
        onMessage: ({ id, author, chat, message }) => {
          this.inbox.record({ messageId: id, from: author.pn, chat }, readContent(message, parts.network.media))
        },
      },
    })
    parts.user.devices.set(0, this.device)
  }

  get accountKey(): Buffer {
    return Buffer.from(this.device.signal.keys.identity.public)
  }

  /** A device number never used before; it is also the device's key index. */
  takeDeviceId(): number {
    return this.nextDeviceId++
  }

  /** Vouches for a companion: the message of `<pair-success>`; with the fault, under a signature that is wrong. */
  vouchFor(companion: CompanionClaim): { identity: Uint8Array; isForged: boolean } {
    const isForged = this.network.faults.take("forged-pairing", this.user.id) !== undefined
    const identity = signCompanion(this.device.signal.keys.identity, companion, { forge: isForged })
    return { identity, isForged }
  }

  syncCompanion(companion: Device, known: User[]): void {
    for (const message of initialSyncMessages(known)) {
      this.device.sendToCompanion(companion, messageId(), message)
    }
  }

  async send(outgoing: {
    id: string
    destination: Destination
    message: proto.IMessage
    edit?: string
  }): Promise<void> {
    await this.device.send(outgoing)
  }
}
