import { getBinaryNodeChild, proto } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"

/** The name of a business that WhatsApp vouches for, where a message carries its certificate. */
export function verifiedNameOf(stanza: BinaryNode): { verifiedName?: string } {
  const certificate = getBinaryNodeChild(stanza, "verified_name")?.content
  if (!(certificate instanceof Uint8Array)) return {}
  const verifiedName = nameIn(certificate)
  return verifiedName === null ? {} : { verifiedName }
}

/** A certificate that cannot be read names nobody. */
function nameIn(certificate: Uint8Array): string | null {
  try {
    const { details } = proto.VerifiedNameCertificate.decode(certificate)
    return (details && proto.VerifiedNameCertificate.Details.decode(details).verifiedName) || null
  } catch {
    return null
  }
}
