import type { KeyBundle, PublicPreKey, PublicSignedPreKey } from "../signal/key-bundle.ts"
import type { Stanza } from "../stanza/codec.ts"
import { bigEndian, child, childBytes, children, node, readBigEndian } from "../stanza/nodes.ts"

const curveKeyType = Buffer.from([5])

/** The children of a `<user>` in an answer to a bundle request, or of `<keys>` in a retry receipt. */
export function bundleNodes(bundle: KeyBundle, deviceIdentity: Buffer | undefined): Stanza[] {
  const nodes = [
    node("registration", {}, bigEndian(bundle.registrationId, 4)),
    node("type", {}, curveKeyType),
    node("identity", {}, bundle.identityKey),
    signedPreKeyNode(bundle.signedPreKey),
  ]
  if (bundle.preKey) nodes.push(preKeyNode(bundle.preKey))
  if (deviceIdentity) nodes.push(node("device-identity", {}, deviceIdentity))
  return nodes
}

/** Reads `<keys>` of a retry receipt; undefined when the client sent none. */
export function readRetryBundle(receipt: Stanza): KeyBundle | undefined {
  const keys = child(receipt, "keys")
  const signedPreKey = child(keys, "skey")
  if (!keys || !signedPreKey) return undefined
  const preKey = child(keys, "key")
  return {
    registrationId: readBigEndian(childBytes(receipt, "registration")),
    identityKey: childBytes(keys, "identity"),
    signedPreKey: readSignedPreKey(signedPreKey),
    preKey: preKey && readPreKey(preKey),
  }
}

export function readPreKeys(list: Stanza | undefined): PublicPreKey[] {
  return children(list, "key").map(readPreKey)
}

export function readSignedPreKey(skey: Stanza | undefined): PublicSignedPreKey {
  return {
    id: readBigEndian(childBytes(skey, "id")),
    publicKey: childBytes(skey, "value"),
    signature: childBytes(skey, "signature"),
  }
}

function readPreKey(key: Stanza): PublicPreKey {
  return { id: readBigEndian(childBytes(key, "id")), publicKey: childBytes(key, "value") }
}

function preKeyNode(key: PublicPreKey): Stanza {
  return node("key", {}, [node("id", {}, bigEndian(key.id, 3)), node("value", {}, key.publicKey)])
}

function signedPreKeyNode(key: PublicSignedPreKey): Stanza {
  return node("skey", {}, [
    node("id", {}, bigEndian(key.id, 3)),
    node("value", {}, key.publicKey),
    node("signature", {}, key.signature),
  ])
}
