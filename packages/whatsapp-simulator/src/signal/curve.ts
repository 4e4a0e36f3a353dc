import { generateSignalPubKey } from "@whiskeysockets/baileys"
import { curve } from "libsignal"

/** libsignal exports its curve module; its types leave it out. */
declare module "libsignal" {
  export const curve: {
    verifySignature: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean
  }
}

/**
 * Verifies an XEdDSA signature for real. (Baileys' `Curve.verify` ignores the result of the check it calls.)
 * `publicKey` is a Curve25519 key of 32 bytes, or of 33 with its type byte.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false
  const typedKey = Buffer.from(generateSignalPubKey(Buffer.from(publicKey)))
  return curve.verifySignature(typedKey, Buffer.from(message), Buffer.from(signature))
}

/** The key with its type byte 0x05, as libsignal wants it. */
export function typedPublicKey(publicKey: Uint8Array): Buffer {
  return Buffer.from(generateSignalPubKey(Buffer.from(publicKey)))
}
