import type { Device } from "../directory/device.ts"
import type { PublishedKeys } from "../directory/published-keys.ts"
import type { User } from "../directory/user.ts"
import type { KeyBundle } from "../signal/key-bundle.ts"
import { serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { node } from "../stanza/nodes.ts"
import type { Counters } from "./counters.ts"
import { PendingStanzas } from "./pending-stanzas.ts"

/** Below this many one-time pre-keys the server asks for more. */
const preKeysLow = 5

/** Where a linked device's stanzas go while it is connected. */
export type StanzaSink = { send: (stanza: Stanza) => void }

/** A companion device: a client that was linked by a phone. Keeps what the client has not acknowledged. */
export class LinkedDevice implements Device {
  readonly user: User
  readonly id: number
  readonly keyIndex: number
  readonly keys: PublishedKeys
  /** The Noise static key of the pairing; a login with another one is refused. */
  readonly noiseStaticKey: Buffer
  readonly pending = new PendingStanzas()
  deviceIdentity: Buffer | undefined
  /** Of WhatsApp Web, as the client says at its last login. */
  version = ""
  /** Linked under the forged-pairing fault. */
  isForged = false
  /** The phone sends keys and history once, when the device is first online. */
  needsInitialSync = true
  private readonly counters: Counters
  private isToldOfLowKeys = false
  private live: StanzaSink | undefined

  constructor(fields: {
    user: User
    id: number
    keyIndex: number
    keys: PublishedKeys
    noiseStaticKey: Buffer
    counters: Counters
  }) {
    this.user = fields.user
    this.id = fields.id
    this.keyIndex = fields.keyIndex
    this.keys = fields.keys
    this.noiseStaticKey = fields.noiseStaticKey
    this.counters = fields.counters
  }

  takeBundle(): KeyBundle {
    const bundle = this.keys.take()
    if (this.keys.preKeyCount < preKeysLow && !this.isToldOfLowKeys) this.tellOfLowKeys()
    return bundle
  }

  /** The client has published keys: the next shortage is told again. */
  keysPublished(): void {
    this.isToldOfLowKeys = false
  }

  tellOfLowKeys(): void {
    this.isToldOfLowKeys = true
    const attributes = { type: "encrypt", from: serverAddress, id: stanzaId(), t: nowSeconds() }
    this.deliver(node("notification", attributes, [node("count", { value: this.keys.preKeyCount })]))
  }

  deliver(stanza: Stanza): void {
    if (stanza.tag === "message") this.counters.messagesToClients += 1
    if (isKeptForLater(stanza) && !this.pending.add(stanza)) this.counters.stanzasDropped += 1
    this.live?.send(stanza)
  }

  /**
   * The device is online: what waits is replayed, then comes the marker without which a client keeps its events back.
   * `whenToEnd` may let it wait.
   */
  goLive(sink: StanzaSink, whenToEnd: (end: () => void) => void): void {
    const waiting = this.pending.list()
    if (waiting.length > 0) sink.send(node("ib", {}, [previewNode(waiting)]))
    waiting.forEach((stanza, index) => {
      sink.send({ ...stanza, attrs: { ...stanza.attrs, offline: String(index) } })
    })
    whenToEnd(() => sink.send(node("ib", {}, [node("offline", { count: waiting.length })])))
    this.live = sink
  }

  goOffline(sink: StanzaSink): void {
    if (this.live === sink) this.live = undefined
  }

  get isOnline(): boolean {
    return this.live !== undefined
  }
}

/** Typing and presence are never kept. */
function isKeptForLater(stanza: Stanza): boolean {
  return stanza.tag !== "chatstate" && stanza.tag !== "presence" && stanza.tag !== "ack"
}

function previewNode(waiting: Stanza[]): Stanza {
  const count = (tag: string) => waiting.filter((stanza) => stanza.tag === tag).length
  return node("offline_preview", {
    count: waiting.length,
    message: count("message"),
    receipt: count("receipt"),
    notification: count("notification"),
  })
}

/** A user's clients: all devices but the simulated ones. */
export function clientsOf(user: User): LinkedDevice[] {
  return [...user.devices.values()].filter((device) => device instanceof LinkedDevice)
}
