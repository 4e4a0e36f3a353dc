import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from "node:crypto"
import { LT_HASH_ANTI_TAMPERING, proto } from "@whiskeysockets/baileys"
import {
  type AppStateKey,
  expandKey,
  indexMacOf,
  type MutationKeys,
  patchMacOf,
  snapshotMacOf,
  valueMacOf,
} from "./mutation-keys.ts"

/** One fact of the app state: where it stands (`["archive", "<jid>"]`) and what it says. */
export type Fact = { index: string[]; value: proto.ISyncActionValue; isSet: boolean }
type Kept = { fact: Fact; valueMac: Buffer; record: proto.ISyncdRecord }

const { SyncdOperation } = proto.SyncdMutation
const macBytes = 32
const ivBytes = 16

/** A patch that is not what it claims to be: a MAC or the key is wrong. */
export class ForgedPatch extends Error {}

/** A collection of the app state as its phone knows it: decrypted, and every MAC of it checked. */
export class Collection {
  readonly name: string
  version = 0
  /** Every patch by version, encoded; the first has version 1. */
  readonly patches: Buffer[] = []
  private readonly key: AppStateKey
  private readonly keys: MutationKeys
  private readonly kept = new Map<string, Kept>()
  private hash: Buffer = Buffer.alloc(128)

  constructor(name: string, key: AppStateKey) {
    this.name = name
    this.key = key
    this.keys = expandKey(key.data)
  }

  get facts(): Fact[] {
    return [...this.kept.values()].map(({ fact }) => fact)
  }

  /** Takes a client's patch, which makes the next version. @throws ForgedPatch */
  take(encoded: Uint8Array): Fact[] {
    const patch: proto.ISyncdPatch & Pick<proto.SyncdPatch, "mutations"> = decode(encoded)
    const version = this.version + 1
    this.checkKey(patch.keyId)
    const opened = patch.mutations.map((mutation) => this.open(mutation))
    const valueMacs = opened.map(({ valueMac }) => valueMac)
    const hash = this.hashAfter(opened)
    const snapshotMac = snapshotMacOf(this.keys, { hash, version, name: this.name })
    check(snapshotMac, patch.snapshotMac, "the MAC of the collection")
    const patchMac = patchMacOf(this.keys, { snapshotMac, valueMacs, version, name: this.name })
    check(patchMac, patch.patchMac, "the MAC of the patch")
    this.commit(opened, hash, { ...patch, version: { version } })
    return opened.map(({ fact }) => fact)
  }

  /** Makes a patch of the phone's own. */
  add(facts: Fact[]): void {
    const version = this.version + 1
    const sealed = facts.map((fact) => this.seal(fact))
    const hash = this.hashAfter(sealed)
    const snapshotMac = snapshotMacOf(this.keys, { hash, version, name: this.name })
    const valueMacs = sealed.map(({ valueMac }) => valueMac)
    const patchMac = patchMacOf(this.keys, { snapshotMac, valueMacs, version, name: this.name })
    const mutations = sealed.map(({ fact, record }) => ({ operation: operationOf(fact), record }))
    this.commit(sealed, hash, { version: { version }, mutations, snapshotMac, patchMac, keyId: { id: this.key.id } })
  }

  /** Everything at once, for a client that has nothing yet. */
  snapshot(): Buffer {
    const { version, name, hash } = this
    const records = [...this.kept.values()].map(({ record }) => record)
    const mac = snapshotMacOf(this.keys, { hash, version, name })
    return Buffer.from(
      proto.SyncdSnapshot.encode({ version: { version }, records, mac, keyId: { id: this.key.id } }).finish(),
    )
  }

  private commit(changes: Kept[], hash: Buffer, patch: proto.ISyncdPatch): void {
    for (const change of changes) {
      const id = idOf(change)
      if (change.fact.isSet) this.kept.set(id, change)
      else this.kept.delete(id)
    }
    this.hash = hash
    this.version += 1
    this.patches.push(Buffer.from(proto.SyncdPatch.encode(patch).finish()))
  }

  private hashAfter(changes: Kept[]): Buffer {
    const before = changes.flatMap((change) => this.kept.get(idOf(change))?.valueMac ?? [])
    const after = changes.filter(({ fact }) => fact.isSet).map(({ valueMac }) => valueMac)
    return Buffer.from(LT_HASH_ANTI_TAMPERING.subtractThenAdd(this.hash, before, after))
  }

  private open({ operation, record }: proto.ISyncdMutation): Kept {
    const keyId = record?.keyId?.id ?? Buffer.alloc(0)
    this.checkKey(record?.keyId)
    const blob = Buffer.from(record?.value?.blob ?? [])
    const encrypted = blob.subarray(0, -macBytes)
    const isSet = operation !== SyncdOperation.REMOVE
    const valueMac = valueMacOf(this.keys, { isSet, keyId, encrypted })
    check(valueMac, blob.subarray(-macBytes), "the MAC of a value")
    const data = proto.SyncActionData.decode(decrypt(encrypted, this.keys.value))
    check(indexMacOf(this.keys, data.index ?? Buffer.alloc(0)), record?.index?.blob, "the MAC of an index")
    const fact = { index: readIndex(data.index), value: data.value ?? {}, isSet }
    return { fact, valueMac, record: record ?? {} }
  }

  private seal(fact: Fact): Kept {
    const index = Buffer.from(JSON.stringify(fact.index))
    const data = proto.SyncActionData.encode({
      index,
      value: fact.value,
      padding: Buffer.alloc(0),
      version: 2,
    }).finish()
    const encrypted = encrypt(data, this.keys.value)
    const valueMac = valueMacOf(this.keys, { isSet: fact.isSet, keyId: this.key.id, encrypted })
    const record = {
      index: { blob: indexMacOf(this.keys, index) },
      value: { blob: Buffer.concat([encrypted, valueMac]) },
      keyId: { id: this.key.id },
    }
    return { fact, valueMac, record }
  }

  private checkKey(given: proto.IKeyId | null | undefined): void {
    if (!this.key.id.equals(given?.id ?? Buffer.alloc(0))) throw new ForgedPatch("the key is not the account's")
  }
}

function decode(encoded: Uint8Array): proto.SyncdPatch {
  try {
    return proto.SyncdPatch.decode(encoded)
  } catch {
    throw new ForgedPatch("it is not a patch")
  }
}

function check(expected: Buffer, given: Uint8Array | null | undefined, what: string): void {
  if (given?.length !== expected.length || !timingSafeEqual(expected, given)) throw new ForgedPatch(`${what} is wrong`)
}

function idOf({ record }: Kept): string {
  return Buffer.from(record.index?.blob ?? []).toString("base64")
}

function operationOf(fact: Fact) {
  return fact.isSet ? SyncdOperation.SET : SyncdOperation.REMOVE
}

function readIndex(index: Uint8Array | null | undefined): string[] {
  const parsed: unknown = JSON.parse(Buffer.from(index ?? []).toString())
  return Array.isArray(parsed) ? parsed.map(String) : []
}

function encrypt(bytes: Uint8Array, key: Buffer): Buffer {
  const iv = randomBytes(ivBytes)
  const cipher = createCipheriv("aes-256-cbc", key, iv)
  return Buffer.concat([iv, cipher.update(bytes), cipher.final()])
}

function decrypt(bytes: Buffer, key: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-cbc", key, bytes.subarray(0, ivBytes))
  return Buffer.concat([decipher.update(bytes.subarray(ivBytes)), decipher.final()])
}
