import { Curve, type KeyPair, proto } from "@whiskeysockets/baileys"
import type { ServerIdentity } from "./certificate.ts"
import { SymmetricState, type TransportCipher } from "./symmetric-state.ts"

const noiseHeader = Buffer.from([0x57, 0x41, 0x06, 0x03])

/** What the handshake yields: both transport directions, who the client is and what it wants. */
export type Handshake = {
  incoming: TransportCipher
  outgoing: TransportCipher
  clientStaticKey: Buffer
  clientPayload: proto.ClientPayload
}

/** The server's half of `Noise_XX_25519_AESGCM_SHA256`. */
export class NoiseResponder {
  private readonly identity: ServerIdentity
  private readonly ephemeralKey: KeyPair
  private readonly state = new SymmetricState()

  /** `ephemeralKey` is given only to compare with fixed bytes. */
  constructor(identity: ServerIdentity, ephemeralKey: KeyPair = Curve.generateKeyPair()) {
    this.identity = identity
    this.ephemeralKey = ephemeralKey
    this.state.mixHash(noiseHeader)
  }

  /** Answers `clientHello` with the encoded `serverHello`. */
  hello(frame: Uint8Array): Uint8Array {
    const clientEphemeral = required(proto.HandshakeMessage.decode(frame).clientHello?.ephemeral, "ephemeral key")
    this.state.mixHash(clientEphemeral)
    this.state.mixHash(this.ephemeralKey.public)
    this.state.mixKey(Curve.sharedKey(this.ephemeralKey.private, clientEphemeral))
    const staticKey = this.state.encryptAndHash(this.identity.staticKey.public)
    this.state.mixKey(Curve.sharedKey(this.identity.staticKey.private, clientEphemeral))
    const payload = this.state.encryptAndHash(this.identity.certificateChain)
    const serverHello = { ephemeral: this.ephemeralKey.public, static: staticKey, payload }
    return proto.HandshakeMessage.encode({ serverHello }).finish()
  }

  /** Reads `clientFinish` and splits the transport. @throws Error when anything does not authenticate. */
  finish(frame: Uint8Array): Handshake {
    const clientFinish = proto.HandshakeMessage.decode(frame).clientFinish
    const clientStaticKey = this.state.decryptAndHash(required(clientFinish?.static, "static key"))
    this.state.mixKey(Curve.sharedKey(this.ephemeralKey.private, clientStaticKey))
    const payload = this.state.decryptAndHash(required(clientFinish?.payload, "payload"))
    const { clientToServer, serverToClient } = this.state.split()
    const clientPayload = proto.ClientPayload.decode(payload)
    return { incoming: clientToServer, outgoing: serverToClient, clientStaticKey, clientPayload }
  }
}

function required(bytes: Uint8Array | null | undefined, what: string): Buffer {
  if (!bytes || bytes.length === 0) throw new Error(`the handshake carries no ${what}`)
  return Buffer.from(bytes)
}
