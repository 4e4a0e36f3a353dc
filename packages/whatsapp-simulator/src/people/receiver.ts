import type { proto } from "@whiskeysockets/baileys"
import type { Device } from "../directory/device.ts"
import { bundleNodes } from "../directory/bundle-stanza.ts"
import type { PeerDevice } from "../signal/signal-device.ts"
import { isGroupAddress, parseAddress, statusAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds } from "../stanza/ids.ts"
import { attribute, bigEndian, bytesOf, children, node } from "../stanza/nodes.ts"
import { openMessage } from "./envelope.ts"
import type { Network } from "./network.ts"
import type { DeviceEvents, SimulatedDevice } from "./simulated-device.ts"

/** After this many failed copies of a message a phone gives up asking. */
const retriesMax = 5
/** Retry counts are kept for this many messages. */
const retriedMessagesMax = 1000

/** The receiving half of a simulated device. The caller holds the device's Signal lock. */
export class Receiver {
  private readonly device: SimulatedDevice
  private readonly network: Network
  private readonly events: DeviceEvents
  private readonly retries = new Map<string, number>()

  constructor(parts: { device: SimulatedDevice; network: Network; events: DeviceEvents }) {
    this.device = parts.device
    this.network = parts.network
    this.events = parts.events
  }

  /** Decrypts, tells the owner and confirms; asks again for what cannot be decrypted. */
  async receive(stanza: Stanza): Promise<void> {
    const author = this.network.directory.device(attribute(stanza, "participant") ?? attribute(stanza, "from"))
    if (!author) return
    if (this.device.isSink) return this.swallow(stanza, author)
    try {
      const message = await this.decrypt(stanza, author)
      if (!message) return
      this.confirm(stanza, author)
      const chat = this.chatOf(stanza, author)
      this.events.onMessage({ id: attribute(stanza, "id") ?? "", author: author.user, chat, message, stanza })
    } catch {
      // What went wrong is the sender's to see, in the retry request, and the test's, in the counters.
      this.network.counters.decryptErrors += 1
      this.askAgain(stanza)
    }
  }

  /** Confirms without decrypting: for load tests, where the contacts would compete with the client for the processor. */
  private swallow(stanza: Stanza, author: Device): void {
    this.confirm(stanza, author)
    const chat = this.chatOf(stanza, author)
    this.events.onMessage({ id: attribute(stanza, "id") ?? "", author: author.user, chat, message: {}, stanza })
  }

  /** The message inside; undefined when the stanza only brought a group's key. @throws Error when nothing fits. */
  private async decrypt(stanza: Stanza, author: Device): Promise<proto.IMessage | undefined> {
    if (author.user !== this.device.user && this.network.faults.take("contact-cannot-decrypt", author.user.id)) {
      this.device.signal.forgetSession(peerOf(author))
      throw new Error("injected")
    }
    let found: proto.IMessage | undefined
    for (const enc of children(stanza, "enc")) {
      const opened = openMessage(await this.decryptOne(enc, stanza, author))
      const message = opened.deviceSentMessage?.message ?? opened
      await this.acceptSenderKey(message, stanza)
      if (hasContent(message)) found = message
    }
    return found
  }

  private async decryptOne(enc: Stanza, stanza: Stanza, author: Device): Promise<Buffer> {
    const ciphertext = bytesOf(enc)
    const type = attribute(enc, "type")
    if (type === "skmsg") {
      const key = { group: attribute(stanza, "from") ?? "", owner: attribute(stanza, "participant") ?? "" }
      return await this.device.signal.senderKeys.decrypt(key, ciphertext)
    }
    if (type !== "msg" && type !== "pkmsg") throw new Error("an encryption of an unknown type")
    return await this.device.signal.decrypt(peerOf(author), { type, ciphertext })
  }

  private async acceptSenderKey(message: proto.IMessage, stanza: Stanza): Promise<void> {
    const distribution = message.senderKeyDistributionMessage
    const bytes = distribution?.axolotlSenderKeyDistributionMessage
    const owner = attribute(stanza, "participant")
    if (!distribution?.groupId || !bytes || owner === undefined) return
    await this.device.signal.senderKeys.accept({ group: distribution.groupId, owner }, bytes)
  }

  /** Of a contact's devices the phone confirms. */
  private confirm(stanza: Stanza, author: Device): void {
    if (author.user === this.device.user || this.device.id !== 0) return
    this.network.receipts.route(this.device, node("receipt", this.receiptAttributes(stanza)))
  }

  private askAgain(stanza: Stanza): void {
    const id = attribute(stanza, "id") ?? ""
    const count = (this.retries.get(id) ?? 0) + 1
    if (count > retriesMax) return
    this.network.counters.retriesByContacts += 1
    if (this.retries.size > retriedMessagesMax) this.retries.clear()
    this.retries.set(id, count)
    const retry = node("retry", { count, id, t: attribute(stanza, "t") ?? nowSeconds(), v: "1" })
    const registration = node("registration", {}, bigEndian(this.device.signal.keys.registrationId, 4))
    const content = [retry, registration, ...(count > 1 ? [this.keysNode()] : [])]
    this.network.receipts.route(
      this.device,
      node("receipt", { ...this.receiptAttributes(stanza), type: "retry" }, content),
    )
  }

  private keysNode(): Stanza {
    return node("keys", {}, bundleNodes(this.device.signal.keys.publish(), this.device.deviceIdentity).slice(1))
  }

  private receiptAttributes(stanza: Stanza): Record<string, string | undefined> {
    return {
      to: attribute(stanza, "from"),
      participant: attribute(stanza, "participant"),
      id: attribute(stanza, "id"),
    }
  }

  private chatOf(stanza: Stanza, author: Device): string {
    const from = attribute(stanza, "from") ?? ""
    if (from === statusAddress) return from
    if (isGroupAddress(from)) return `${parseAddress(from)?.user ?? ""}@g.us`
    const recipient = this.network.directory.user(attribute(stanza, "recipient"))
    return (recipient ?? author.user).pn
  }
}

function peerOf(device: Device): PeerDevice {
  return { lid: device.user.lidUser, device: device.id }
}

/** A message that only brings a sender key says nothing to anyone. */
function hasContent(message: proto.IMessage): boolean {
  return Object.entries(message).some(
    ([field, value]) => value && field !== "senderKeyDistributionMessage" && field !== "messageContextInfo",
  )
}
