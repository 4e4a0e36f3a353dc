import { isBundleAuthentic, type KeyBundle, type PublicPreKey, type PublicSignedPreKey } from "../signal/key-bundle.ts"

/** More than a client uploads in any of its ways; the rest is refused. */
const preKeysMax = 5000

/** What a linked device has published: its identity, signed pre-key and the stock of one-time pre-keys. */
export class PublishedKeys {
  readonly identityKey: Buffer
  readonly registrationId: number
  private signedPreKey: PublicSignedPreKey
  private readonly preKeys = new Map<number, PublicPreKey>()

  /** @throws Error when the signed pre-key carries a wrong signature. */
  constructor(keys: { identityKey: Buffer; registrationId: number; signedPreKey: PublicSignedPreKey }) {
    this.identityKey = keys.identityKey
    this.registrationId = keys.registrationId
    this.signedPreKey = this.authentic(keys.signedPreKey)
  }

  get preKeyCount(): number {
    return this.preKeys.size
  }

  /** @throws Error when the signed pre-key carries a wrong signature. */
  rotate(signedPreKey: PublicSignedPreKey): void {
    this.signedPreKey = this.authentic(signedPreKey)
  }

  addPreKeys(preKeys: PublicPreKey[]): void {
    for (const preKey of preKeys) if (this.preKeys.size < preKeysMax) this.preKeys.set(preKey.id, preKey)
  }

  /** Drops the stock, so that the next bundle carries no one-time key. */
  clearPreKeys(): void {
    this.preKeys.clear()
  }

  take(): KeyBundle {
    const [preKey] = this.preKeys.values()
    if (preKey) this.preKeys.delete(preKey.id)
    return {
      registrationId: this.registrationId,
      identityKey: this.identityKey,
      signedPreKey: this.signedPreKey,
      preKey,
    }
  }

  private authentic(signedPreKey: PublicSignedPreKey): PublicSignedPreKey {
    if (!isBundleAuthentic({ identityKey: this.identityKey, signedPreKey })) {
      throw new Error("the signed pre-key carries a wrong signature")
    }
    return signedPreKey
  }
}
