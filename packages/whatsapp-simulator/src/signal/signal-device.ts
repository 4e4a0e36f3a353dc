import { ProtocolAddress, SessionBuilder } from "libsignal"
import { typedPublicKey } from "./curve.ts"
import { isBundleAuthentic, type KeyBundle } from "./key-bundle.ts"
import { OwnKeys } from "./own-keys.ts"
import { SenderKeys } from "./sender-keys.ts"
import { SerialQueue } from "../serial-queue.ts"
import { createSessionCipher } from "./session-cipher.ts"
import { SessionStore } from "./session-store.ts"

/** A peer device. One canonical address (LID and device) for all Signal state, whatever a stanza speaks. */
export type PeerDevice = { lid: string; device: number }
export type Encrypted = { type: "msg" | "pkmsg"; ciphertext: Buffer }

/** The Signal half of a simulated device: real identity, sessions and sender keys. Operations run one at a time. */
export class SignalDevice {
  readonly keys = new OwnKeys()
  readonly senderKeys = new SenderKeys()
  private readonly owner: string
  private readonly store = new SessionStore(this.keys)
  private readonly queue = new SerialQueue()

  /** `owner` keeps the addresses of this device apart from everyone else's in libsignal's process-wide job queue. */
  constructor(owner: string) {
    this.owner = owner
  }

  /** Runs work that needs several Signal operations without another between them. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.queue.run(work)
  }

  hasSession(peer: PeerDevice): boolean {
    return this.store.hasOpenSession(this.address(peer).toString())
  }

  forgetSession(peer: PeerDevice): void {
    this.store.forget(this.address(peer).toString())
  }

  /** @throws Error when the signed pre-key is not signed by the bundle's identity. */
  async startSession(peer: PeerDevice, bundle: KeyBundle): Promise<void> {
    if (!isBundleAuthentic(bundle)) throw new Error("the signed pre-key carries a wrong signature")
    const { signedPreKey, preKey } = bundle
    const session = {
      registrationId: bundle.registrationId,
      identityKey: typedPublicKey(bundle.identityKey),
      signedPreKey: {
        keyId: signedPreKey.id,
        publicKey: typedPublicKey(signedPreKey.publicKey),
        signature: signedPreKey.signature,
      },
      ...(preKey && { preKey: { keyId: preKey.id, publicKey: typedPublicKey(preKey.publicKey) } }),
    }
    await new SessionBuilder(this.store, this.address(peer)).initOutgoing(session as OutgoingSession)
  }

  async encrypt(peer: PeerDevice, plaintext: Uint8Array): Promise<Encrypted> {
    const { type, body } = await createSessionCipher(this.store, this.address(peer)).encrypt(Buffer.from(plaintext))
    return { type: type === 3 ? "pkmsg" : "msg", ciphertext: Buffer.from(body, "binary") }
  }

  /** @throws Error when no session fits, the counter was used or the MAC is wrong. Nothing is stored then. */
  async decrypt(peer: PeerDevice, encrypted: Encrypted): Promise<Buffer> {
    const cipher = createSessionCipher(this.store, this.address(peer))
    return encrypted.type === "pkmsg"
      ? await cipher.decryptPreKeyWhisperMessage(encrypted.ciphertext)
      : await cipher.decryptWhisperMessage(encrypted.ciphertext)
  }

  private address(peer: PeerDevice): ProtocolAddress {
    return new ProtocolAddress(`${this.owner}~${peer.lid}`, peer.device)
  }
}

/** libsignal accepts a session without one-time pre-key; its types demand one. */
type OutgoingSession = Parameters<SessionBuilder["initOutgoing"]>[0]
