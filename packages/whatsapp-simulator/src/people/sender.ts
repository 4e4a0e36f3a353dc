import type { proto } from "@whiskeysockets/baileys"
import { clientsOf } from "../connection/linked-device.ts"
import type { Device } from "../directory/device.ts"
import type { Group } from "../directory/groups.ts"
import type { User } from "../directory/user.ts"
import { fileIn, mediaKinds } from "../media/media-kinds.ts"
import type { KeyBundle } from "../signal/key-bundle.ts"
import { type Addressing, isSharedAddress, statusAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, child, node } from "../stanza/nodes.ts"
import { asSentByOwnDevice, sealMessage } from "./envelope.ts"
import type { Network } from "./network.ts"
import { type Destination, type Outgoing, type SentMessage, SentMessages } from "./sent-messages.ts"
import type { SimulatedDevice } from "./simulated-device.ts"

/** The sending half of a simulated device. The caller holds the device's Signal lock. */
export class Sender {
  private readonly device: SimulatedDevice
  private readonly network: Network
  private readonly sent = new SentMessages()
  private readonly sentToCompanions = new SentMessages()
  /** Devices that have this device's sender key, per group. */
  private readonly distributed = new Map<string, Set<Device>>()

  constructor(parts: { device: SimulatedDevice; network: Network }) {
    this.device = parts.device
    this.network = parts.network
  }

  async send(outgoing: Outgoing): Promise<void> {
    this.sent.add(outgoing)
    this.network.polls.notice(outgoing.id, this.device.user, outgoing.message)
    const { destination } = outgoing
    if (destination.kind === "group") await this.sendToGroup(destination.group, outgoing)
    else if (destination.kind === "status") await this.sendStatus(destination.audience, outgoing)
    else await this.sendToUser(destination.user, outgoing)
  }

  /** Encrypts for the user's linked clients alone, and hands it to the network when the answer is called. */
  async prepare({ id, user, message }: { id: string; user: User; message: proto.IMessage }): Promise<() => void> {
    const { addressing } = this.device.user
    const outgoing: Outgoing = { id, message, destination: { kind: "user", user } }
    const recipients: Stanza[] = []
    for (const client of clientsOf(user)) recipients.push(await this.encryptFor(client, addressing, message))
    return () => {
      this.sent.add(outgoing)
      this.submit(outgoing, user.address(addressing), [node("participants", {}, recipients)])
    }
  }

  async sendToCompanion(
    companion: Device,
    id: string,
    message: proto.IMessage,
    attempt: { count?: string } = {},
  ): Promise<void> {
    this.sentToCompanions.add({ id, message, destination: { kind: "user", user: companion.user } })
    const enc = await this.encrypt(companion, message, attempt)
    const attributes = { to: companion.user.address("pn", companion.id), id, type: "text", category: "peer" }
    this.network.messages.route(this.device, node("message", attributes, [enc]))
  }

  /** Answers a retry request: a new session, the same message under the same id. Without a bundle one is fetched. */
  async sendAgain(receipt: Stanza, bundle: KeyBundle | undefined): Promise<void> {
    const id = attribute(receipt, "id") ?? ""
    const toCompanion = this.sentToCompanions.find(id)
    const sent = toCompanion ?? this.sent.find(id)
    const from = attribute(receipt, "from") ?? ""
    const requester = this.network.directory.device(isSharedAddress(from) ? attribute(receipt, "participant") : from)
    if (!sent || !requester) return
    const fresh = bundle ?? requester.takeBundle()
    if (fresh) await this.device.signal.startSession(peerOf(requester), fresh)
    const count = attribute(child(receipt, "retry") ?? receipt, "count") ?? "1"
    if (toCompanion) return await this.sendToCompanion(requester, id, toCompanion.message, { count })
    const enc = await this.encrypt(requester, await this.contentFor(requester, sent), { count })
    const to = this.addressOf(sent.destination, requester)
    this.network.messages.route(this.device, node("message", { ...typeOf(sent), id: sent.id, ...to }, [enc]))
  }

  /** The next message to the group distributes a new key. */
  renewSenderKey(groupJid: string): Promise<void> {
    const group = this.network.groups.find(groupJid)
    this.distributed.delete(groupJid)
    if (group) {
      const owner = this.device.user.address(group.addressing)
      this.device.signal.senderKeys.forget({ group: groupJid, owner })
    }
    return Promise.resolve()
  }

  forgetDistribution(): void {
    this.distributed.clear()
  }

  private async sendToUser(user: User, outgoing: Outgoing): Promise<void> {
    const { addressing } = this.device.user
    const to = user.address(addressing)
    const recipients: Stanza[] = []
    for (const device of [...user.devices.values(), ...this.ownCompanions(user)]) {
      const isOwn = device.user === this.device.user
      const content = isOwn ? asSentByOwnDevice(outgoing.message, to) : outgoing.message
      recipients.push(await this.encryptFor(device, addressing, content))
    }
    this.submit(outgoing, to, [node("participants", {}, recipients)])
  }

  private async sendToGroup(group: Group, outgoing: Outgoing): Promise<void> {
    await this.sendShared({ jid: group.jid, addressing: group.addressing }, this.withoutKey(group), outgoing)
  }

  /** A status post distributes its key to everyone who may see it, each time. */
  private async sendStatus(audience: User[], outgoing: Outgoing): Promise<void> {
    const devices = [...audience, this.device.user].flatMap((user) => [...user.devices.values()])
    const others = devices.filter((device) => device !== this.device)
    await this.sendShared({ jid: statusAddress, addressing: "pn" }, others, outgoing)
  }

  /** Encrypts once for everyone, and the key to it for each device that lacks it. */
  private async sendShared(
    chat: { jid: string; addressing: Addressing },
    withoutKey: Device[],
    outgoing: Outgoing,
  ): Promise<void> {
    const key = { group: chat.jid, owner: this.device.user.address(chat.addressing) }
    const { ciphertext, distribution } = await this.device.signal.senderKeys.encrypt(key, sealMessage(outgoing.message))
    const recipients: Stanza[] = []
    for (const device of withoutKey) {
      const keyMessage = { groupId: chat.jid, axolotlSenderKeyDistributionMessage: distribution }
      recipients.push(await this.encryptFor(device, chat.addressing, { senderKeyDistributionMessage: keyMessage }))
    }
    const enc = node("enc", { v: "2", type: "skmsg", ...mediaTypeOf(outgoing.message) }, ciphertext)
    this.submit(outgoing, chat.jid, [enc, node("participants", {}, recipients)])
  }

  /** The group's devices that cannot read this device yet; from now on they are taken to be able to. */
  private withoutKey(group: Group): Device[] {
    const having = this.distributed.get(group.jid) ?? new Set<Device>()
    this.distributed.set(group.jid, having)
    const devices = [...group.members.keys()].flatMap((user) => [...user.devices.values()])
    const lacking = devices.filter((device) => device !== this.device && !having.has(device))
    for (const device of lacking) having.add(device)
    return lacking
  }

  private ownCompanions(destination: User): Device[] {
    if (destination === this.device.user) return []
    return [...this.device.user.devices.values()].filter((device) => device !== this.device)
  }

  private submit(outgoing: Outgoing, to: string, content: Stanza[]): void {
    const attributes = { to, id: outgoing.id, ...typeOf(outgoing), edit: outgoing.edit }
    this.network.messages.route(this.device, node("message", attributes, content))
  }

  private async encryptFor(device: Device, addressing: Addressing, message: proto.IMessage): Promise<Stanza> {
    const jid = device.user.address(addressing, device.id)
    return node("to", { jid }, [await this.encrypt(device, message)])
  }

  private async encrypt(device: Device, message: proto.IMessage, attributes: { count?: string } = {}): Promise<Stanza> {
    const { signal } = this.device
    const peer = peerOf(device)
    if (!signal.hasSession(peer)) {
      const bundle = device.takeBundle()
      if (!bundle) throw new Error("the device has not published its keys")
      await signal.startSession(peer, bundle)
    }
    const { type, ciphertext } = await signal.encrypt(peer, sealMessage(message))
    return node("enc", { v: "2", type, ...mediaTypeOf(message), ...attributes }, ciphertext)
  }

  /** A group member who asks again also gets the sender key again. */
  private async contentFor(requester: Device, sent: SentMessage): Promise<proto.IMessage> {
    const { destination, message } = sent
    if (destination.kind === "user") {
      const isOwn = requester.user === this.device.user
      return isOwn ? asSentByOwnDevice(message, destination.user.address(this.device.user.addressing)) : message
    }
    const { jid, addressing } = sharedChat(destination)
    const owner = this.device.user.address(addressing)
    const distribution = await this.device.signal.senderKeys.distribution({ group: jid, owner })
    const keyMessage = { groupId: jid, axolotlSenderKeyDistributionMessage: distribution }
    return { ...message, senderKeyDistributionMessage: keyMessage }
  }

  private addressOf(destination: Destination, requester: Device): Record<string, string> {
    if (destination.kind !== "user") {
      const { jid, addressing } = sharedChat(destination)
      return { to: jid, participant: requester.user.address(addressing, requester.id) }
    }
    const { addressing } = this.device.user
    const to = requester.user.address(addressing, requester.id)
    return requester.user === this.device.user ? { to, recipient: destination.user.address(addressing) } : { to }
  }
}

function peerOf(device: Device) {
  return { lid: device.user.lidUser, device: device.id }
}

/** The chat of a message that is encrypted once for many. */
function sharedChat(destination: Exclude<Destination, { kind: "user" }>): { jid: string; addressing: Addressing } {
  return destination.kind === "group" ? destination.group : { jid: statusAddress, addressing: "pn" }
}

function typeOf({ message }: { message: proto.IMessage }): { type: string } {
  if (message.reactionMessage) return { type: "reaction" }
  if (message.pollCreationMessageV3 || message.pollUpdateMessage) return { type: "poll" }
  return { type: fileIn(message) ? "media" : "text" }
}

function mediaTypeOf(message: proto.IMessage): { mediatype?: string } {
  const found = fileIn(message)
  return found ? { mediatype: mediaKinds[found.kind].stanza } : {}
}
