import { randomBytes } from "node:crypto"
import type { proto } from "@whiskeysockets/baileys"
import type { Phone } from "../people/phone.ts"
import { isSignedByAccount, isSignedByDevice, withAccountKey } from "../signal/adv.ts"
import { parseAddress, serverAddress } from "../stanza/addresses.ts"
import type { Stanza } from "../stanza/codec.ts"
import { nowSeconds, stanzaId } from "../stanza/ids.ts"
import { attribute, child, childBytes, node } from "../stanza/nodes.ts"
import { type Candidate, type PairingOutcome, readRegistration } from "./candidate.ts"
import type { ClientConnection } from "./client-connection.ts"
import type { Counters } from "./counters.ts"
import { LinkedDevice } from "./linked-device.ts"
import { pairSuccess } from "./pair-success.ts"

/** A client shows one reference after the other: the first for 60 s, the others for 20 s. */
const referencesPerConnection = 6
const linkCodeTag = "link_code_companion_reg"

/** Links clients to phones, by QR code or by pairing code. */
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
    return await new Promise((done) => vouch(candidate, phone, Buffer.from(advSecret, "base64"), done))
  }

  /** The person types the code a client shows for this phone's number. Resolves like {@link scan}. */
  async enterCode(phone: Phone, characters: string): Promise<PairingOutcome> {
    const candidate = [...this.byConnection.values()].findLast(({ hello }) => hello?.phoneNumber === phone.user.phone)
    if (!candidate?.hello) return { refusal: "no client has asked to be linked to this number" }
    const { wrappedEphemeral, reference } = candidate.hello
    const code = phone.linkByCode(characters)
    const ownEphemeral = await code.greet(wrappedEphemeral)
    const exchange = node(linkCodeTag, { stage: "primary_hello" }, [
      node("link_code_pairing_wrapped_primary_ephemeral_pub", {}, ownEphemeral),
      node("primary_identity_pub", {}, phone.accountKey),
      node("link_code_pairing_ref", {}, Buffer.from(reference)),
    ])
    const attributes = { type: linkCodeTag, from: serverAddress, id: stanzaId(), t: nowSeconds() }
    return await new Promise((done) => {
      candidate.exchange = { phone, code, done }
      candidate.connection.send(node("notification", attributes, [exchange]))
    })
  }

  /** What a client without credentials sends: answers of the pairing, requests of linking by code. */
  receive(connection: ClientConnection, iq: Stanza): void {
    const candidate = this.byConnection.get(connection)
    if (!candidate) return
    if (attribute(iq, "type") === "result") return this.confirm(candidate, iq)
    const request = child(iq, linkCodeTag)
    if (!request) return
    const isHello = attribute(request, "stage") === "companion_hello"
    const content = isHello ? [node(linkCodeTag, {}, [acceptHello(candidate, request)])] : undefined
    connection.send(node("iq", { type: "result", id: attribute(iq, "id"), from: serverAddress }, content))
    if (!isHello) finishExchange(candidate, request)
  }

  closed(connection: ClientConnection): void {
    const candidate = this.byConnection.get(connection)
    this.byConnection.delete(connection)
    for (const [reference, known] of this.byReference) if (known === candidate) this.byReference.delete(reference)
    const refusal = "the client closed the connection instead of confirming"
    candidate?.exchange?.done({ refusal })
    candidate?.vouched?.done({ refusal })
  }

  /** The client's answer to `<pair-success>`, with its own signature. */
  private confirm(candidate: Candidate, answer: Stanza): void {
    const { vouched, connection } = candidate
    if (!vouched || attribute(answer, "id") !== vouched.stanzaId) return
    const encoded = childBytes(child(answer, "pair-device-sign"), "device-identity")
    const { accountKey } = vouched.phone
    const signers = { encoded, accountKey, deviceKey: candidate.keys.identityKey }
    if (vouched.isForged) this.counters.forgeriesAccepted += 1
    if (!isSignedByDevice(signers) || !(vouched.isForged || isSignedByAccount(signers))) {
      this.counters.forgeries += 1
      vouched.done({ refusal: "the client's signature over its device identity is wrong" })
      return connection.drop()
    }
    const device = this.link(candidate, vouched.phone, vouched.deviceId)
    device.deviceIdentity = withAccountKey(encoded, accountKey)
    device.isForged = vouched.isForged
    vouched.done({ device })
    connection.streamError({ code: 515 })
  }

  private link({ keys, noiseStaticKey }: Candidate, { user }: Phone, id: number): LinkedDevice {
    const device = new LinkedDevice({ user, id, keyIndex: id, keys, noiseStaticKey, counters: this.counters })
    user.devices.set(id, device)
    this.counters.pairings += 1
    return device
  }
}

function vouch(candidate: Candidate, phone: Phone, advSecret: Buffer, done: (outcome: PairingOutcome) => void): void {
  const deviceId = phone.takeDeviceId()
  const id = stanzaId()
  const claim = { identityKey: candidate.keys.identityKey, advSecret, keyIndex: deviceId }
  const { identity, isForged } = phone.vouchFor(claim)
  const success = pairSuccess({ user: phone.user, deviceId, identity })
  candidate.vouched = { phone, deviceId, isForged, stanzaId: id, done }
  candidate.connection.send(iqSet(id, success))
}

function acceptHello(candidate: Candidate, request: Stanza): Stanza {
  const reference = `3@${randomBytes(12).toString("base64url")}`
  candidate.hello = {
    phoneNumber: parseAddress(attribute(request, "jid"))?.user ?? "",
    wrappedEphemeral: childBytes(request, "link_code_pairing_wrapped_companion_ephemeral_pub"),
    reference,
  }
  return node("link_code_pairing_ref", {}, Buffer.from(reference))
}

function finishExchange(candidate: Candidate, request: Stanza): void {
  const { exchange } = candidate
  if (!exchange) return
  delete candidate.exchange
  try {
    const bundle = childBytes(request, "link_code_pairing_wrapped_key_bundle")
    const { companionIdentity, advSecret } = exchange.code.finish(bundle)
    if (!companionIdentity.equals(candidate.keys.identityKey)) throw new Error("another client answered")
    vouch(candidate, exchange.phone, advSecret, exchange.done)
  } catch {
    exchange.done({ refusal: "the code is wrong" })
    candidate.connection.end()
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
