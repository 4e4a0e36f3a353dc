import { createPublicKey, verify } from "node:crypto"
import { generateSignalPubKey } from "@whiskeysockets/baileys"

const prime = 2n ** 255n - 19n
const signatureBytes = 64
const keyBytes = 32
/** DER of an Ed25519 public key, without the key. */
const ed25519Prefix = Buffer.from("302a300506032b6570032100", "hex")

/**
 * Verifies an XEdDSA signature for real: the Curve25519 key is turned into its Ed25519 twin, whose sign travels in the
 * signature's last bit. (Baileys' `Curve.verify` ignores the result of the check it calls.)
 * `publicKey` has 32 bytes, or 33 with its type byte. Source: Signal's XEdDSA specification, section 2.
 */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = Buffer.from(publicKey.subarray(-keyBytes))
  if (signature.length !== signatureBytes || key.length !== keyBytes) return false
  const plain = Buffer.from(signature)
  const signBit = plain.readUInt8(signatureBytes - 1) & 0x80
  plain.writeUInt8(plain.readUInt8(signatureBytes - 1) & 0x7f, signatureBytes - 1)
  const der = Buffer.concat([ed25519Prefix, edwardsKey(key, signBit)])
  return verify(null, message, createPublicKey({ key: der, format: "der", type: "spki" }), plain)
}

/** The key with its type byte 0x05, as libsignal wants it. */
export function typedPublicKey(publicKey: Uint8Array): Buffer {
  return Buffer.from(generateSignalPubKey(Buffer.from(publicKey)))
}

/** y = (u - 1) / (u + 1) */
function edwardsKey(montgomeryKey: Buffer, signBit: number): Buffer {
  const u = toInteger(montgomeryKey) & (2n ** 255n - 1n)
  const y = modulo((u - 1n) * power(u + 1n, prime - 2n))
  const encoded = Buffer.from(y.toString(16).padStart(keyBytes * 2, "0"), "hex").reverse()
  encoded.writeUInt8(encoded.readUInt8(keyBytes - 1) | signBit, keyBytes - 1)
  return encoded
}

function toInteger(littleEndian: Buffer): bigint {
  return BigInt(`0x${Buffer.from(littleEndian).reverse().toString("hex")}`)
}

function modulo(value: bigint): bigint {
  return ((value % prime) + prime) % prime
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n
  let square = modulo(base)
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = modulo(result * square)
    square = modulo(square * square)
  }
  return result
}
