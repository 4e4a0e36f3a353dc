import { Curve, generateRegistrationId, type KeyPair, signedKeyPair, type SignedKeyPair } from "@whiskeysockets/baileys"
import type { KeyBundle } from "./key-bundle.ts"

/** The private half of a device: identity, signed pre-key and the one-time pre-keys it has handed out. */
export class OwnKeys {
  readonly identity: KeyPair = Curve.generateKeyPair()
  readonly registrationId = generateRegistrationId()
  private signed: SignedKeyPair | undefined
  private readonly preKeys = new Map<number, KeyPair>()
  private nextPreKeyId = 1

  /** Made when first needed: the signature is by far the dearest part of a new device. */
  get signedPreKey(): SignedKeyPair {
    this.signed ??= signedKeyPair(this.identity, 1)
    return this.signed
  }

  /** A bundle with a one-time pre-key made on demand, so that a simulated device never runs out. */
  publish(): KeyBundle {
    const preKey = Curve.generateKeyPair()
    const id = this.nextPreKeyId++
    this.preKeys.set(id, preKey)
    return { ...this.publishWithoutPreKey(), preKey: { id, publicKey: Buffer.from(preKey.public) } }
  }

  publishWithoutPreKey(): KeyBundle {
    const { keyId, keyPair, signature } = this.signedPreKey
    return {
      registrationId: this.registrationId,
      identityKey: Buffer.from(this.identity.public),
      signedPreKey: { id: keyId, publicKey: Buffer.from(keyPair.public), signature: Buffer.from(signature) },
    }
  }

  preKey(id: number): KeyPair | undefined {
    return this.preKeys.get(id)
  }

  /** A one-time pre-key is used once. */
  usedPreKey(id: number): void {
    this.preKeys.delete(id)
  }
}
