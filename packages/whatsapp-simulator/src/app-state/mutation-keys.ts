import { createHmac, hkdfSync, randomBytes } from "node:crypto"

/** The key of an account's app state, which its phone shares with the clients it links. */
export type AppStateKey = { id: Buffer; data: Buffer }

/** What the key is expanded to: one key per purpose (source: Baileys 7.0.0-rc14, chat-utils). */
export type MutationKeys = { index: Buffer; value: Buffer; valueMac: Buffer; snapshotMac: Buffer; patchMac: Buffer }

export function createAppStateKey(): AppStateKey {
  return { id: randomBytes(6), data: randomBytes(32) }
}

export function expandKey(data: Uint8Array): MutationKeys {
  const expanded = Buffer.from(hkdfSync("sha256", data, Buffer.alloc(32), "WhatsApp Mutation Keys", 160))
  const part = (index: number) => expanded.subarray(index * 32, (index + 1) * 32)
  return { index: part(0), value: part(1), valueMac: part(2), snapshotMac: part(3), patchMac: part(4) }
}

/** Of an encrypted value: it covers the operation, the key's id and the ciphertext. */
export function valueMacOf(
  keys: MutationKeys,
  fields: { isSet: boolean; keyId: Uint8Array; encrypted: Uint8Array },
): Buffer {
  const head = Buffer.concat([Buffer.from([fields.isSet ? 1 : 2]), fields.keyId])
  const mac = createHmac("sha512", keys.valueMac)
    .update(head)
    .update(fields.encrypted)
    .update(networkOrder(head.length))
  return mac.digest().subarray(0, 32)
}

export function indexMacOf(keys: MutationKeys, index: Uint8Array): Buffer {
  return createHmac("sha256", keys.index).update(index).digest()
}

/** Of a whole collection at a version, by its summation hash. */
export function snapshotMacOf(keys: MutationKeys, at: { hash: Uint8Array; version: number; name: string }): Buffer {
  const mac = createHmac("sha256", keys.snapshotMac).update(at.hash).update(networkOrder(at.version))
  return mac.update(at.name).digest()
}

export function patchMacOf(
  keys: MutationKeys,
  patch: { snapshotMac: Uint8Array; valueMacs: Uint8Array[]; version: number; name: string },
): Buffer {
  const mac = createHmac("sha256", keys.patchMac).update(patch.snapshotMac)
  for (const valueMac of patch.valueMacs) mac.update(valueMac)
  return mac.update(networkOrder(patch.version)).update(patch.name).digest()
}

function networkOrder(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
