import { createHmac, hkdfSync, timingSafeEqual } from "node:crypto"
import { decodeSyncdMutations, decodeSyncdPatch, newLTHashState } from "@whiskeysockets/baileys"
import type { ChatMutation, LTHashState, WAPatchName, proto } from "@whiskeysockets/baileys"

/** The phone has not shared the key that this was made with (yet). */
export class MissingKey extends Error {}
/** A MAC is wrong: nothing of it is taken. */
export class Refused extends Error {}

export type AppStateKeys = (id: string) => proto.Message.IAppStateSyncKeyData | undefined

export interface Decoded {
  state: LTHashState
  /** What was set or removed, in order. */
  mutations: ChatMutation[]
}

/**
 * Takes a snapshot, or one patch on top of a state. Baileys' functions decrypt and compute the hash; its orchestration
 * goes on with what does not authenticate, so the MACs over the whole are checked here. Throws Refused or MissingKey.
 */
export async function decodeSnapshot(
  name: WAPatchName,
  { version, records, mac, keyId }: proto.ISyncdSnapshot,
  keys: AppStateKeys,
): Promise<Decoded> {
  const mutations: ChatMutation[] = []
  const at = { ...newLTHashState(), version: Number(version?.version ?? 0) }
  const taken = await refusing(() =>
    decodeSyncdMutations(records ?? [], at, askOf(keys), (mutation) => mutations.push(mutation), true),
  )
  const state = { ...at, ...taken }
  checkSnapshot(name, state, mac, keyOf(keys, keyId))
  return { state, mutations }
}

export async function decodePatch(
  name: WAPatchName,
  patch: proto.ISyncdPatch,
  before: LTHashState,
  keys: AppStateKeys,
): Promise<Decoded> {
  const version = Number(patch.version?.version ?? 0)
  if (version !== before.version + 1) throw new Refused("a patch is missing")
  const mutations: ChatMutation[] = []
  const taken = await refusing(() =>
    decodeSyncdPatch(patch, name, before, askOf(keys), (mutation) => mutations.push(mutation), true),
  )
  const state = { version, ...taken }
  checkSnapshot(name, state, patch.snapshotMac, keyOf(keys, patch.keyId))
  return { state, mutations }
}

/** The collection as a whole, by its summation hash: a value that did not authenticate is missing in it. */
function checkSnapshot(
  name: WAPatchName,
  { hash, version }: LTHashState,
  given: Uint8Array | null | undefined,
  key: Uint8Array,
): void {
  const number = Buffer.alloc(8)
  number.writeBigUInt64BE(BigInt(version))
  const expanded = Buffer.from(hkdfSync("sha256", key, Buffer.alloc(32), "WhatsApp Mutation Keys", 160))
  const mac = createHmac("sha256", expanded.subarray(96, 128)).update(hash).update(number).update(name).digest()
  if (given?.length !== mac.length || !timingSafeEqual(mac, given))
    throw new Refused("the MAC of the collection is wrong")
}

function keyOf(keys: AppStateKeys, keyId: proto.IKeyId | null | undefined): Uint8Array {
  const data = keys(Buffer.from(keyId?.id ?? []).toString("base64"))?.keyData
  if (!data) throw new MissingKey("the key of the app state is not here")
  return data
}

function askOf(keys: AppStateKeys) {
  return async (id: string) => {
    const key = keys(id)
    if (key === undefined) throw new MissingKey("the key of the app state is not here")
    return key
  }
}

/** Whatever Baileys cannot make sense of is refused. */
async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof MissingKey ? error : new Refused("the app state does not authenticate", { cause: error })
  }
}
