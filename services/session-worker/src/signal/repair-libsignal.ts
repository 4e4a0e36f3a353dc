import * as libsignal from "libsignal"

/** What libsignal has and its declarations do not. */
interface Session {
  constructor: { deserialize(data: unknown): object }
  serialize(): unknown
}
interface CipherInternals {
  doDecryptWhisperMessage(message: Uint8Array, session: Session): Promise<Uint8Array>
}
interface BuilderInternals {
  initOutgoing(bundle: Bundle): Promise<void>
}
interface Bundle {
  identityKey: Uint8Array
  signedPreKey: { publicKey: Uint8Array; signature: Uint8Array }
}
interface CurveInternals {
  verifySignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
}

/** Keys that are said to be somebody's and are not signed by them. */
export class ForgedKeys extends Error {
  constructor() {
    super("the signature of a signed pre-key is not valid")
    this.name = "ForgedKeys"
  }
}

let isRepaired = false

/**
 * Repairs two faults of libsignal 6.0.0, for the whole process:
 * - trial decryption steps the ratchet of each session of a record before it checks the MAC, and stores the losers;
 * - the signature of a signed pre-key in a bundle is not checked (it passes a "skip" flag).
 */
export function repairLibsignal(): void {
  if (isRepaired) return
  isRepaired = true
  // These prototypes are libsignal's own classes; the methods exist in the pinned version, which a test checks.
  restoreAfterFailure(libsignal.SessionCipher.prototype as unknown as CipherInternals)
  verifyBundles(libsignal.SessionBuilder.prototype)
}

function restoreAfterFailure(cipher: CipherInternals): void {
  const decrypt = cipher.doDecryptWhisperMessage
  cipher.doDecryptWhisperMessage = async function (message, session) {
    const before = session.serialize()
    try {
      return await decrypt.call(this, message, session)
    } catch (error) {
      for (const key of Object.keys(session)) Reflect.deleteProperty(session, key)
      Object.assign(session, session.constructor.deserialize(before))
      throw error
    }
  }
}

function verifyBundles(builder: BuilderInternals): void {
  const { curve } = libsignal as unknown as { curve: CurveInternals }
  const init = builder.initOutgoing
  builder.initOutgoing = async function (bundle) {
    const { publicKey, signature } = bundle.signedPreKey
    if (!curve.verifySignature(bundle.identityKey, publicKey, signature)) {
      throw new ForgedKeys()
    }
    await init.call(this, bundle)
  }
}
