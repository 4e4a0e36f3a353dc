import type { proto } from "@whiskeysockets/baileys"
import { AppState } from "../app-state/app-state.ts"
import type { Device } from "../directory/device.ts"
import type { User } from "../directory/user.ts"
import { type FileFields, fileIn } from "../media/media-kinds.ts"
import { reuploadNotice } from "../media/reupload.ts"
import { type CompanionClaim, signCompanion } from "../signal/adv.ts"
import { LinkCodeExchange } from "../signal/link-code.ts"
import type { Stanza } from "../stanza/codec.ts"
import { messageId } from "../stanza/ids.ts"
import { attribute } from "../stanza/nodes.ts"
import { Inbox } from "./inbox.ts"
import { type HistoryChat, type HistoryForm, initialSyncMessages, olderMessages } from "./initial-sync.ts"
import type { Network } from "./network.ts"
import { readContent } from "./read-content.ts"
import type { Outgoing } from "./sent-messages.ts"
import { ShownAgain } from "./shown-again.ts"
import { SimulatedDevice } from "./simulated-device.ts"

/** A phone remembers this many files for re-upload. */
const filesMax = 2000

/** The account's own phone: links clients, gives them keys and history, and sees what they send. */
export class Phone {
  readonly user: User
  /** What other devices of the account sent, and what the account received. */
  readonly inbox = new Inbox()
  readonly appState = new AppState()
  private readonly network: Network
  private readonly device: SimulatedDevice
  private readonly history: HistoryChat[]
  private readonly historyForm: HistoryForm
  private readonly files = new Map<string, FileFields>()
  private readonly shown = new ShownAgain()
  private nextDeviceId = 1

  constructor(parts: {
    user: User
    network: Network
    history: HistoryChat[]
    historyForm: HistoryForm
    isSink: boolean
  }) {
    this.user = parts.user
    this.network = parts.network
    this.history = parts.history
    this.historyForm = parts.historyForm
    this.device = new SimulatedDevice({
      ...parts,
      events: {
        onMessage: ({ id, author, chat, message, stanza }) => {
          if (this.showAgain(id, message, stanza)) return
          this.shown.remember({ id, author, chat, message }, this.user)
          parts.network.polls.notice(id, author, message)
          const content = readContent(message, { ...parts.network, author })
          const received = this.inbox.record({ messageId: id, from: author.pn, chat }, content)
          parts.network.journal.received(this.user, received)
          const file = fileIn(message)?.file
          if (file) this.remember(id, file)
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
    for (const message of initialSyncMessages({
      known,
      chats: this.history,
      form: this.historyForm,
      media: this.network.media,
      appStateKey: this.appState.key,
    })) {
      this.device.sendToCompanion(companion, messageId(), message)
    }
  }

  /** A companion could not download a file: uploads it again, if it is still there, and says where. */
  uploadAgain(companion: Device, request: Stanza): void {
    const lost = this.files.get(attribute(request, "id") ?? "")
    const directPath = lost && this.network.media.copy(lost)
    const file = lost?.mediaKey && directPath !== undefined ? { mediaKey: lost.mediaKey, directPath } : undefined
    companion.deliver(reuploadNotice(request, { from: this.user.pn, file }))
  }

  async send(outgoing: Outgoing): Promise<void> {
    await this.network.journal.writing(this.user, outgoing, () => this.device.send(outgoing))
  }

  /** Answers a companion that asks for messages it was not given, or for older ones; false when this is no such request. */
  private showAgain(id: string, message: proto.IMessage, stanza: Stanza): boolean {
    const find = (jid: string) => this.network.directory.user(jid)
    const answer = this.shown.answer(id, message) ?? olderMessages(message, { id, chats: this.history, find })
    const companion = this.network.directory.device(attribute(stanza, "from"))
    if (!answer || companion?.user !== this.user) return false
    this.device.sendToCompanion(companion, messageId(), answer)
    return true
  }

  private remember(id: string, file: FileFields): void {
    this.files.set(id, file)
    const [oldest] = this.files.keys()
    if (this.files.size > filesMax && oldest !== undefined) this.files.delete(oldest)
  }
}
