import { isSignedByAccount, isSignedByDevice } from "../signal/adv.ts"
import type { Stanza } from "../stanza/codec.ts"
import { attribute, child, childBytes, children } from "../stanza/nodes.ts"
import type { LinkedDevice } from "./linked-device.ts"

/** What each stanza of a client must carry. Clients of the real server are refused without. */
const requiredAttributes: Record<string, readonly string[]> = {
  message: ["id", "to", "type"],
  receipt: ["id", "to"],
  ack: ["id", "to", "class"],
  iq: ["id", "type", "to"],
  chatstate: ["to"],
}
const encryptionTypes = new Set(["msg", "pkmsg", "skmsg"])

/** Whether a stanza lacks an attribute it must carry. */
export function isIncomplete(stanza: Stanza): boolean {
  return (requiredAttributes[stanza.tag] ?? []).some((name) => !attribute(stanza, name))
}

/** Whether a message is one: encryptions of a known kind and version, for someone, and a vouched-for new session. */
export function isWellFormedMessage(message: Stanza, sender: LinkedDevice, accountKey: Buffer): boolean {
  const named = children(child(message, "participants"), "to")
  if (named.some((to) => !attribute(to, "jid"))) return false
  const encryptions = [message, ...named].flatMap((parent) => children(parent, "enc"))
  if (encryptions.length === 0 || !encryptions.every(isWellFormedEncryption)) return false
  const opensSession = encryptions.some((enc) => attribute(enc, "type") === "pkmsg")
  return !opensSession || isVouchedFor(message, sender, accountKey)
}

function isWellFormedEncryption(enc: Stanza): boolean {
  const type = attribute(enc, "type") ?? ""
  return attribute(enc, "v") === "2" && encryptionTypes.has(type) && enc.content instanceof Uint8Array
}

/** A recipient who does not know the device yet must be able to tell that it belongs to the account. */
function isVouchedFor(message: Stanza, sender: LinkedDevice, accountKey: Buffer): boolean {
  const encoded = childBytes(message, "device-identity")
  if (encoded.length === 0) return false
  const signers = { encoded, accountKey, deviceKey: sender.keys.identityKey }
  // A device linked under the forged-pairing fault has no right signature of the account to show.
  return isSignedByDevice(signers) && (sender.isForged || isSignedByAccount(signers))
}
