import { Curve, type KeyPair, proto } from "@whiskeysockets/baileys"

const issuerSerial = 0
const intermediateSerial = 1
const leafSerial = 2
const daySeconds = 86_400
const validityDays = 3650

/** The identity a client sees in the Noise handshake: a static key and the chain that certifies it. */
export type ServerIdentity = { rootPublicKey: Uint8Array; staticKey: KeyPair; certificateChain: Uint8Array }

/**
 * Certifies a fresh static key under `rootKey`: leaf (the static key) signed by an intermediate, signed by the root.
 * Clients check the two signatures and `issuerSerial`; dates and the leaf key are right as well.
 */
export function createServerIdentity(rootKey: KeyPair): ServerIdentity {
  const intermediateKey = Curve.generateKeyPair()
  const staticKey = Curve.generateKeyPair()
  const intermediate = certify({
    serial: intermediateSerial,
    issuerSerial,
    key: intermediateKey.public,
    signer: rootKey,
  })
  const leaf = certify({
    serial: leafSerial,
    issuerSerial: intermediateSerial,
    key: staticKey.public,
    signer: intermediateKey,
  })
  const certificateChain = proto.CertChain.encode({ intermediate, leaf }).finish()
  return { rootPublicKey: rootKey.public, staticKey, certificateChain }
}

function certify(certificate: { serial: number; issuerSerial: number; key: Uint8Array; signer: KeyPair }) {
  const nowSeconds = Math.floor(Date.now() / 1000)
  const details = proto.CertChain.NoiseCertificate.Details.encode({
    serial: certificate.serial,
    issuerSerial: certificate.issuerSerial,
    key: certificate.key,
    notBefore: nowSeconds - daySeconds,
    notAfter: nowSeconds + validityDays * daySeconds,
  }).finish()
  return { details, signature: Curve.sign(certificate.signer.private, details) }
}
