import type { proto } from "@whiskeysockets/baileys"
import type { Device } from "../directory/device.ts"
import type { User } from "../directory/user.ts"
import { reuploadNotice } from "../media/reupload.ts"
import { type CompanionClaim, signCompanion } from "../signal/adv.ts"
import { LinkCodeExchange } from "../signal/link-code.ts"
import type { Stanza } from "../stanza/codec.ts"
import { messageId } from "../stanza/ids.ts"
import { attribute } from "../stanza/nodes.ts"
import { Inbox } from "./inbox.ts"
import { type HistoryChat, initialSyncMessages } from "./initial-sync.ts"
import type { Network } from "./network.ts"
import { readContent } from "./read-content.ts"
import type { Destination } from "./sent-messages.ts"
import { SimulatedDevice } from "./simulated-device.ts"

/** A phone remembers this many images for re-upload. */
const imagesMax = 2000

/** The account's own phone: links clients, gives them keys and history, and sees what they send. */
export class Phone {
  readonly user: User
  /** What other devices of the account sent, and what the account received. */
  readonly inbox = new Inbox()
  private readonly network: Network
  private readonly device: SimulatedDevice
  private readonly history: HistoryChat[]
  private readonly images = new Map<string, proto.Message.IImageMessage>()
  private nextDeviceId = 1

  constructor(parts: { user: User; network: Network; history: HistoryChat[]; isSink: boolean }) {
    this.user = parts.user
    this.network = parts.network
    this.history = parts.history
    this.device = new SimulatedDevice({
      ...parts,
      events: {
        onMessage: ({ id, author, chat, message }) => {
          const content = readContent(message, parts.network.media)
          const received = this.inbox.record({ messageId: id, from: author.pn, chat }, content)
          parts.network.journal.received(this.user, received)
          if (message.imageMessage) this.remember(id, message.imageMessage)
        },
      },
    })
    this.device.isSink = parts.isSink
    parts.user.devices.set(0, this.device)
  }

  get accountKey(): Buffer {
    return Buffer.from(this.device.signal.keys.identity.public)
  }

  inboxOf(): Inbox {
    return this.inbox
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

  linkByCode(characters: string): LinkCodeExchange {
    return new LinkCodeExchange(this.device.signal.keys.identity, characters)
  }

  /** Sends keys and history to a companion that is online for the first time. */
  syncCompanion(companion: Device, known: User[]): void {
    for (const message of initialSyncMessages(known, this.history)) {
      this.device.sendToCompanion(companion, messageId(), message)
    }
  }

  /** A companion could not download a file: uploads it again, if it is still there, and says where. */
  uploadAgain(companion: Device, request: Stanza): void {
    const image = this.images.get(attribute(request, "id") ?? "")
    const directPath = image && this.network.media.copy(image)
    const file = image?.mediaKey && directPath !== undefined ? { mediaKey: image.mediaKey, directPath } : undefined
    companion.deliver(reuploadNotice(request, { from: this.user.pn, file }))
  }

  async send(outgoing: {
    id: string
    destination: Destination
    message: proto.IMessage
    edit?: string
  }): Promise<void> {
    await this.network.journal.writing(this.user, outgoing, () => this.device.send(outgoing))
  }

  private remember(id: string, image: proto.Message.IImageMessage): void {
    this.images.set(id, image)
    const [oldest] = this.images.keys()
    if (this.images.size > imagesMax && oldest !== undefined) this.images.delete(oldest)
  }
}
