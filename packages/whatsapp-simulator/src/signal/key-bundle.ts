import { verifySignature, typedPublicKey } from "./curve.ts"

export type PublicPreKey = { id: number; publicKey: Buffer }
export type PublicSignedPreKey = PublicPreKey & { signature: Buffer }

/** What a device publishes so that others can start a session with it. Public keys are 32 bytes, without type byte. */
export type KeyBundle = {
  registrationId: number
  identityKey: Buffer
  signedPreKey: PublicSignedPreKey
  preKey?: PublicPreKey | undefined
}

/** Whether the signed pre-key is signed by the bundle's identity. libsignal does not check this itself. */
export function isBundleAuthentic(bundle: Pick<KeyBundle, "identityKey" | "signedPreKey">): boolean {
  const { publicKey, signature } = bundle.signedPreKey
  return verifySignature(bundle.identityKey, typedPublicKey(publicKey), signature)
}
