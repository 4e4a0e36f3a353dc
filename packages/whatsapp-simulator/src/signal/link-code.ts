import { randomBytes } from "node:crypto"
import {
  aesDecryptCTR,
  aesDecryptGCM,
  aesEncryptCTR,
  Curve,
  derivePairingCodeKey,
  hkdf,
  type KeyPair,
} from "@whiskeysockets/baileys"

const saltBytes = 32
const ctrIvBytes = 16
const gcmIvBytes = 12
const keyBytes = 32
const bundleInfo = "link_code_pairing_key_bundle_encryption_key"

/** The phone's half of linking by code: both sides prove that they know the eight characters. */
export class LinkCodeExchange {
  readonly identity: KeyPair
  private readonly code: string
  private readonly ephemeral = Curve.generateKeyPair()
  private companionEphemeral: Buffer = Buffer.alloc(0)

  constructor(identity: KeyPair, code: string) {
    this.identity = identity
    this.code = code
  }

  /** Reads the companion's ephemeral key and returns the phone's, both wrapped with the code. */
  async greet(wrappedCompanionEphemeral: Buffer): Promise<Buffer> {
    this.companionEphemeral = await this.unwrap(wrappedCompanionEphemeral)
    const [salt, iv] = [randomBytes(saltBytes), randomBytes(ctrIvBytes)]
    const key = await derivePairingCodeKey(this.code, salt)
    return Buffer.concat([salt, iv, aesEncryptCTR(this.ephemeral.public, key, iv)])
  }

  /** Opens the companion's key bundle and derives the secret of the pairing. @throws Error when the code was wrong. */
  finish(wrappedBundle: Buffer): { companionIdentity: Buffer; advSecret: Buffer } {
    const shared = Curve.sharedKey(this.ephemeral.private, this.companionEphemeral)
    const salt = wrappedBundle.subarray(0, saltBytes)
    const iv = wrappedBundle.subarray(saltBytes, saltBytes + gcmIvBytes)
    const key = hkdf(shared, keyBytes, { salt, info: bundleInfo })
    const bundle = aesDecryptGCM(wrappedBundle.subarray(saltBytes + gcmIvBytes), key, iv, Buffer.alloc(0))
    const companionIdentity = bundle.subarray(0, keyBytes)
    if (!bundle.subarray(keyBytes, 2 * keyBytes).equals(this.identity.public))
      throw new Error("another phone was meant")
    const random = bundle.subarray(2 * keyBytes)
    const identityShared = Curve.sharedKey(this.identity.private, companionIdentity)
    const secret = hkdf(Buffer.concat([shared, identityShared, random]), keyBytes, { info: "adv_secret" })
    return { companionIdentity, advSecret: Buffer.from(secret) }
  }

  private async unwrap(wrapped: Buffer): Promise<Buffer> {
    const key = await derivePairingCodeKey(this.code, wrapped.subarray(0, saltBytes))
    const iv = wrapped.subarray(saltBytes, saltBytes + ctrIvBytes)
    return aesDecryptCTR(wrapped.subarray(saltBytes + ctrIvBytes), key, iv)
  }
}
