import { Curve, hmacSign, type KeyPair, proto } from "@whiskeysockets/baileys"
import { verifySignature } from "./curve.ts"

const accountSignaturePrefix = Buffer.from([6, 0])
const deviceSignaturePrefix = Buffer.from([6, 1])

/** What the phone needs to know of a companion to vouch for it. */
export type CompanionClaim = { identityKey: Uint8Array; advSecret: Uint8Array; keyIndex: number }

/** The phone's signature over a companion's identity, wrapped in an HMAC with the secret that travelled in the QR. */
export function signCompanion(account: KeyPair, claim: CompanionClaim, options: { forge: boolean }): Uint8Array {
  const details = proto.ADVDeviceIdentity.encode({
    rawId: 1,
    timestamp: Math.floor(Date.now() / 1000),
    keyIndex: claim.keyIndex,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish()
  const signed = Buffer.concat([accountSignaturePrefix, details, claim.identityKey])
  const accountSignature = Curve.sign(account.private, options.forge ? Buffer.from("forged") : signed)
  const identity = { details, accountSignatureKey: account.public, accountSignature }
  const encoded = proto.ADVSignedDeviceIdentity.encode(identity).finish()
  const hmac = hmacSign(encoded, claim.advSecret)
  return proto.ADVSignedDeviceIdentityHMAC.encode({ details: encoded, hmac }).finish()
}

/** Whether a device identity is signed by the account and, when `requireDevice`, by the device itself. */
export function isDeviceIdentityAuthentic(identity: {
  encoded: Uint8Array
  accountKey: Uint8Array
  deviceKey: Uint8Array
}): boolean {
  const { details, accountSignature, deviceSignature } = proto.ADVSignedDeviceIdentity.decode(identity.encoded)
  if (!details || !accountSignature || !deviceSignature) return false
  const accountText = Buffer.concat([accountSignaturePrefix, details, identity.deviceKey])
  const deviceText = Buffer.concat([deviceSignaturePrefix, details, identity.deviceKey, identity.accountKey])
  return (
    verifySignature(identity.accountKey, accountText, accountSignature) &&
    verifySignature(identity.deviceKey, deviceText, deviceSignature)
  )
}

/** A device identity as other parties receive it: with the account's key inside. */
export function withAccountKey(encoded: Uint8Array, accountKey: Uint8Array): Buffer {
  const identity = proto.ADVSignedDeviceIdentity.decode(encoded)
  return Buffer.from(proto.ADVSignedDeviceIdentity.encode({ ...identity, accountSignatureKey: accountKey }).finish())
}
