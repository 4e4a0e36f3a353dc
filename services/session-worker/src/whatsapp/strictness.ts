import { Curve, WA_CERT_DETAILS, generateSignalPubKey } from "@whiskeysockets/baileys"
import * as libsignal from "libsignal"
import { repairLibsignal } from "../signal/repair-libsignal.ts"

/** libsignal exports its curve without declaring it. */
interface CurveExport {
  curve: { verifySignature(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean }
}

/**
 * Makes Baileys check what it only pretends to check, for the whole process: 7.0.0-rc14 ignores the result of signature
 * verification, so that any server certificate and any pairing would be accepted. `rootKey` (hex) replaces the root key
 * that server certificates must lead to.
 */
export function enforceStrictness(options: { rootKey: string | undefined }): void {
  Curve.verify = verify
  if (options.rootKey !== undefined) WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(options.rootKey, "hex")
  repairLibsignal()
}

function verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const { curve } = libsignal as unknown as CurveExport
  try {
    return curve.verifySignature(generateSignalPubKey(key), message, signature)
  } catch {
    // A malformed key or signature is a wrong one.
    return false
  }
}
