import { isSignedByAccount, isSignedByDevice } from "../signal/adv.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, child, childBytes, children } from "../stanza/nodes.ts"
import type { LinkedDevice } from "./linked-device.ts"

/** Whether a message that looks like one says something: it is encrypted, and a new session in it is vouched for. */
export function isCredibleMessage(message: Stanza, sender: LinkedDevice, accountKey: Buffer): boolean {
  const named = children(child(message, "participants"), "to")
  const encryptions = [message, ...named].flatMap((parent) => children(parent, "enc"))
  const opensSession = encryptions.some((enc) => attribute(enc, "type") === "pkmsg")
  return encryptions.length > 0 && (!opensSession || isVouchedFor(message, sender, accountKey))
}

/** A recipient who does not know the device yet must be able to tell that it belongs to the account. */
function isVouchedFor(message: Stanza, sender: LinkedDevice, accountKey: Buffer): boolean {
  const encoded = childBytes(message, "device-identity")
  if (encoded.length === 0) return false
  const signers = { encoded, accountKey, deviceKey: sender.keys.identityKey }
  // A device linked under the forged-pairing fault has no right signature of the account to show.
  return isSignedByDevice(signers) && (sender.isForged || isSignedByAccount(signers))
}
