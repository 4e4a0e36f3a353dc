import { randomBytes } from "node:crypto"
import type { proto } from "@whiskeysockets/baileys"
import { PublishedKeys } from "../directory/published-keys.ts"
import type { Phone } from "../people/phone.ts"
import { isSignedByAccount, isSignedByDevice, withAccountKey } from "../signal/adv.ts"
import { serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { attribute, child, childBytes, node, readBigEndian } from "../stanza/nodes.ts"
import type { ClientConnection } from "./client-connection.ts"
import type { Counters } from "./counters.ts"
import { LinkedDevice } from "./linked-device.ts"

/** A client shows one reference after the other: the first for 60 s, the others for 20 s. */
const referencesPerConnection = 6

/** A client that waits to be linked. */
type Candidate = {
  connection: ClientConnection
  noiseStaticKey: Buffer
  keys: PublishedKeys
  /** Set once a phone has vouched: what happens when the client confirms or leaves. */
  vouched?: {
    phone: Phone
    deviceId: number
    isForged: boolean
    stanzaId: string
    done: (outcome: PairingOutcome) => void
  }
}
export type PairingOutcome = { device: LinkedDevice } | { refusal: string }

/** Links clients to phones. */
export class Pairings {
  private readonly counters: Counters
  private readonly byReference = new Map<string, Candidate>()
  private readonly byConnection = new Map<ClientConnection, Candidate>()

  constructor(counters: Counters) {
    this.counters = counters
  }

  /** A client without credentials has connected: it gets references to show as QR codes. */
  offer(connection: ClientConnection, noiseStaticKey: Buffer, payload: proto.ClientPayload): void {
    const candidate = { connection, noiseStaticKey, keys: readRegistration(payload) }
    this.byConnection.set(connection, candidate)
    const references = Array.from(
      { length: referencesPerConnection },
      () => `2@${randomBytes(24).toString("base64url")}`,
    )
    for (const reference of references) this.byReference.set(reference, candidate)
    const nodes = references.map((reference) => node("ref", {}, Buffer.from(reference)))
    connection.send(iqSet(stanzaId(), node("pair-device", {}, nodes)))
  }

  /** The phone scans a QR code's text. Resolves when the client has confirmed or refused. */
  async scan(phone: Phone, qr: string): Promise<PairingOutcome> {
    const [reference = "", noiseKey = "", identityKey = "", advSecret = ""] = (qr.split("#")[1] ?? qr).split(",")
    const candidate = this.byReference.get(reference)
    if (!candidate || candidate.vouched) return { refusal: "nobody shows this QR code" }
    if (!isOf(candidate, noiseKey, identityKey)) return { refusal: "the QR code's keys are not those of the client" }
    return await this.vouch(candidate, phone, Buffer.from(advSecret, "base64"))
  }

  /** The client's answer to `<pair-success>`, with its own signature. */
  confirm(connection: ClientConnection, answer: Stanza): boolean {
    const candidate = this.byConnection.get(connection)
    const vouched = candidate?.vouched
    if (!candidate || !vouched || attribute(answer, "id") !== vouched.stanzaId) return false
    const encoded = childBytes(child(answer, "pair-device-sign"), "device-identity")
    const { accountKey } = vouched.phone
    const signers = { encoded, accountKey, deviceKey: candidate.keys.identityKey }
    if (vouched.isForged) this.counters.forgeriesAccepted += 1
    if (!isSignedByDevice(signers) || !(vouched.isForged || isSignedByAccount(signers))) {
      this.counters.forgeries += 1
      vouched.done({ refusal: "the client's signature over its device identity is wrong" })
      connection.drop()
      return true
    }
    this.link(candidate, vouched, withAccountKey(encoded, accountKey))
    return true
  }

  closed(connection: ClientConnection): void {
    const candidate = this.byConnection.get(connection)
    this.byConnection.delete(connection)
    for (const [reference, known] of this.byReference) if (known === candidate) this.byReference.delete(reference)
    candidate?.vouched?.done({ refusal: "the client closed the connection instead of confirming" })
  }

  private vouch(candidate: Candidate, phone: Phone, advSecret: Buffer): Promise<PairingOutcome> {
    const deviceId = phone.takeDeviceId()
    const id = stanzaId()
    const { identity, isForged } = phone.vouchFor({
      identityKey: candidate.keys.identityKey,
      advSecret,
      keyIndex: deviceId,
    })
    const { user } = phone
    const success = node("pair-success", {}, [
      node("device-identity", {}, identity),
      node("biz", { name: user.name }),
      node("device", { jid: user.address("pn", deviceId), lid: user.address("lid", deviceId) }),
      node("platform", { name: "android" }),
    ])
    return new Promise((resolve) => {
      candidate.vouched = { phone, deviceId, isForged, stanzaId: id, done: resolve }
      candidate.connection.send(iqSet(id, success))
    })
  }

  private link(candidate: Candidate, vouched: NonNullable<Candidate["vouched"]>, identity: Buffer): void {
    const { user } = vouched.phone
    const { noiseStaticKey, keys } = candidate
    const { deviceId: id } = vouched
    const device = new LinkedDevice({ user, id, keyIndex: id, keys, noiseStaticKey, counters: this.counters })
    device.deviceIdentity = identity
    user.devices.set(device.id, device)
    this.counters.pairings += 1
    vouched.done({ device })
    candidate.connection.streamError({ code: 515 })
  }
}

function isOf(candidate: Candidate, noiseKey: string, identityKey: string): boolean {
  return (
    Buffer.from(noiseKey, "base64").equals(candidate.noiseStaticKey) &&
    Buffer.from(identityKey, "base64").equals(candidate.keys.identityKey)
  )
}

function iqSet(id: string, content: Stanza): Stanza {
  return node("iq", { from: serverAddress, type: "set", id, xmlns: "md", t: nowSeconds() }, [content])
}

/** @throws Error when the registration is incomplete or its signed pre-key is not signed by its identity. */
function readRegistration(payload: proto.ClientPayload): PublishedKeys {
  const data = payload.devicePairingData
  const bytes = (field: Uint8Array | null | undefined) => Buffer.from(field ?? [])
  return new PublishedKeys({
    identityKey: bytes(data?.eIdent),
    registrationId: readBigEndian(bytes(data?.eRegid)),
    signedPreKey: {
      id: readBigEndian(bytes(data?.eSkeyId)),
      publicKey: bytes(data?.eSkeyVal),
      signature: bytes(data?.eSkeySig),
    },
  })
}
