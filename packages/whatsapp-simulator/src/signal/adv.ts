import { Curve, hmacSign, type KeyPair, proto } from "@whiskeysockets/baileys"
import { verifySignature } from "./curve.ts"

const accountSignaturePrefix = Buffer.from([6, 0])
const deviceSignaturePrefix = Buffer.from([6, 1])

/** What the phone needs to know of a companion to vouch for it. */
export type CompanionClaim = { identityKey: Uint8Array; advSecret: Uint8Array; keyIndex: number }

/** The phone's signature over a companion's identity, wrapped in an HMAC with the secret that travelled in the QR. */
export function signCompanion(account: KeyPair, claim: CompanionClaim, options: { forge: boolean }): Uint8Array {
  const details = identityDetails(claim.keyIndex)
  const signed = Buffer.concat([accountSignaturePrefix, details, claim.identityKey])
  const accountSignature = Curve.sign(account.private, options.forge ? Buffer.from("forged") : signed)
  const identity = { details, accountSignatureKey: account.public, accountSignature }
  const encoded = proto.ADVSignedDeviceIdentity.encode(identity).finish()
  const hmac = hmacSign(encoded, claim.advSecret)
  return proto.ADVSignedDeviceIdentityHMAC.encode({ details: encoded, hmac }).finish()
}

/** A device identity signed by both sides, for companions the simulator plays itself. */
export function createDeviceIdentity(account: KeyPair, device: KeyPair, keyIndex: number): Buffer {
  const details = identityDetails(keyIndex)
  const accountText = Buffer.concat([accountSignaturePrefix, details, device.public])
  const deviceText = Buffer.concat([deviceSignaturePrefix, details, device.public, account.public])
  const identity = {
    details,
    accountSignatureKey: account.public,
    accountSignature: Curve.sign(account.private, accountText),
    deviceSignature: Curve.sign(device.private, deviceText),
  }
  return Buffer.from(proto.ADVSignedDeviceIdentity.encode(identity).finish())
}

/** Who must have signed a device identity: the account's identity key and the device's own. */
type Signers = { encoded: Uint8Array; accountKey: Uint8Array; deviceKey: Uint8Array }

export function isSignedByAccount({ encoded, accountKey, deviceKey }: Signers): boolean {
  const { details, accountSignature } = proto.ADVSignedDeviceIdentity.decode(encoded)
  if (!details || !accountSignature) return false
  return verifySignature(accountKey, Buffer.concat([accountSignaturePrefix, details, deviceKey]), accountSignature)
}

export function isSignedByDevice({ encoded, accountKey, deviceKey }: Signers): boolean {
  const { details, deviceSignature } = proto.ADVSignedDeviceIdentity.decode(encoded)
  if (!details || !deviceSignature) return false
  const signed = Buffer.concat([deviceSignaturePrefix, details, deviceKey, accountKey])
  return verifySignature(deviceKey, signed, deviceSignature)
}

/** A device identity as other parties receive it: with the account's key inside. */
export function withAccountKey(encoded: Uint8Array, accountKey: Uint8Array): Buffer {
  const identity = proto.ADVSignedDeviceIdentity.decode(encoded)
  identity.accountSignatureKey = accountKey
  return Buffer.from(proto.ADVSignedDeviceIdentity.encode(identity).finish())
}

function identityDetails(keyIndex: number): Uint8Array {
  return proto.ADVDeviceIdentity.encode({
    rawId: 1,
    timestamp: Math.floor(Date.now() / 1000),
    keyIndex,
    accountType: proto.ADVEncryptionType.E2EE,
    deviceType: proto.ADVEncryptionType.E2EE,
  }).finish()
}
