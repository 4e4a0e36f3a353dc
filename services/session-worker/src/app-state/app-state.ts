import {
  ALL_WA_PATCH_NAMES,
  chatModificationToAppPatch,
  encodeSyncdPatch,
  newLTHashState,
  proto,
} from "@whiskeysockets/baileys"
import type {
  BinaryNode,
  ChatModification,
  LTHashState,
  WAPatchCreate,
  WAPatchName,
  WASocket,
} from "@whiskeysockets/baileys"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Logger } from "@wildcat/shared/runtime"
import type { Names } from "../inbound/people.ts"
import type { Change } from "../log/entry.ts"
import { mergeChange } from "../log/merge-change.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import type { Contacts } from "../session/contacts.ts"
import { createLock } from "../signal/lock.ts"
import { readAnswer } from "./answer.ts"
import type { CollectionAnswer } from "./answer.ts"
import { MissingKey, Refused, decodePatch, decodeSnapshot } from "./collection-state.ts"
import type { Decoded } from "./collection-state.ts"
import { mutationChange } from "./mutation-change.ts"
import { savedNameChange } from "./saved-name.ts"

/**
 * What the account's devices agree on beside the messages: archived chats, stars, names. Wildcat keeps it by itself and
 * keeps Baileys from doing so: there a version is stored long before its changes are told, and what does not authenticate
 * is passed over. Here the version and what it brought are one change.
 */
export interface AppState {
  /** Logged in: fetches what this device has missed. */
  connected(socket: WASocket): void
  disconnected(): void
  /** WhatsApp says that collections have changed. Baileys, which comes after us, finds nothing in the stanza any more. */
  noticed(stanza: BinaryNode): void
  /** Keys have come from the phone: what waited for them can be read. */
  keysArrived(): void
  /**
   * Changes something for all devices of the account. Resolves when WhatsApp's server has taken it; `effect` is staged
   * together with the new version then. Throws `conflict` while the phone has not shared its key.
   */
  modify(socket: WASocket, wanted: Wanted, effect: (version: string) => Change): Promise<void>
}

export interface Wanted {
  modification: ChatModification
  /** The chat, as the devices name it. */
  jid: string
  /** Of a message in a group: who wrote it. */
  participant?: string | undefined
}

export interface AppStateOptions {
  account: string
  state: SessionState
  sessionLog: SessionLog
  names: Names
  contacts: Contacts
  log: Logger
}

/** Somebody else may change the same collection at the same time. */
const triesMax = 4
const roundsMax = 100

export function createAppState(options: AppStateOptions): AppState {
  const { account, state, sessionLog, names, log } = options
  /** Versions follow each other: one question at a time. */
  const lock = createLock()
  let online: WASocket | null = null
  const keys = (id: string) => state.get("app-state-sync-key", id)
  const stateOf = (name: WAPatchName): LTHashState => state.get("app-state-sync-version", name) ?? newLTHashState()

  const keep = (name: WAPatchName, { state: next, mutations }: Decoded, isNews: boolean) => {
    const change: Change = { state: { "app-state-sync-version": { [name]: next } } }
    const context = { account, names, by: "phone", version: `${name}:${next.version}`, isNews } as const
    for (const mutation of mutations) {
      mergeChange(change, mutationChange(mutation, context))
      mergeChange(change, savedNameChange(mutation, names, options.contacts))
    }
    sessionLog.stage(change)
  }
  const take = async (answer: CollectionAnswer, isNews: boolean) => {
    const { name, snapshot, patches } = answer
    // A snapshot says how things are, not what has happened.
    if (snapshot !== null) keep(name, await decodeSnapshot(name, snapshot, keys), false)
    for (const patch of patches) keep(name, await decodePatch(name, patch, stateOf(name), keys), isNews)
    if (!isNews && snapshot === null && patches.length === 0)
      keep(name, { state: newLTHashState(), mutations: [] }, false)
  }
  const fetchOnce = async (socket: WASocket, wanted: readonly WAPatchName[], anew: boolean): Promise<WAPatchName[]> => {
    const asked = wanted.map((name) => {
      const known = anew ? undefined : state.get("app-state-sync-version", name)
      return { name, version: known?.version ?? 0, snapshot: known === undefined }
    })
    const answers = await readAnswer(socket, await socket.query(question(asked)))
    const more: WAPatchName[] = []
    for (const answer of answers) {
      // What was so before this device knew of the collection is no news.
      await take(answer, state.get("app-state-sync-version", answer.name) !== undefined)
      if (answer.hasMore) more.push(answer.name)
    }
    return more
  }
  /** Fetches until there is no more. */
  const fetchAll = async (socket: WASocket, wanted: readonly WAPatchName[], anew = false): Promise<void> => {
    let rest = wanted
    for (let round = 0; rest.length > 0 && round < roundsMax; round += 1) {
      rest = await fetchOnce(socket, rest, anew && round === 0)
    }
  }
  const fetchSafely = async (socket: WASocket, wanted: readonly WAPatchName[]): Promise<void> => {
    try {
      await fetchAll(socket, wanted)
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      // One by one: a collection that is refused does not hold up the others.
      for (const name of wanted) await fetchOrReplace(socket, name)
    }
  }
  const fetchOrReplace = async (socket: WASocket, name: WAPatchName): Promise<void> => {
    try {
      await fetchAll(socket, [name])
    } catch (error) {
      if (!(error instanceof Refused)) throw error
      log.warn({ error, collection: name }, "app_state.refused")
      await fetchAll(socket, [name], true)
    }
  }
  const sync = (wanted: readonly WAPatchName[]) => {
    const socket = online
    if (socket === null || state.get("creds", "creds")?.myAppStateKeyId === undefined) return
    lock
      .run(() => fetchSafely(socket, wanted))
      .catch((error: unknown) => {
        const why = error instanceof MissingKey ? "missing key" : "failed"
        log.warn({ error, why }, "app_state.not_fetched")
      })
  }

  const push = async (
    socket: WASocket,
    patch: WAPatchCreate,
    effect: (version: string) => Change,
  ): Promise<boolean> => {
    const keyId = state.get("creds", "creds")?.myAppStateKeyId
    if (keyId === undefined) throw new WildcatError("conflict", { detail: "the phone has not shared its keys yet" })
    await fetchSafely(socket, [patch.type])
    const encoded = await encodeSyncdPatch(patch, keyId, structuredClone(stateOf(patch.type)), async (id) => keys(id))
    const before = encoded.state.version - 1
    const bytes = proto.SyncdPatch.encode(encoded.patch).finish()
    const [answer] = await readAnswer(
      socket,
      await socket.query(question([{ name: patch.type, version: before, snapshot: false, bytes }])),
    )
    if (answer?.error === "409") return false
    if (answer === undefined || answer.error !== null) throw new WildcatError("refused_by_whatsapp")
    const change: Change = { state: { "app-state-sync-version": { [patch.type]: encoded.state } } }
    mergeChange(change, effect(`${patch.type}:${encoded.state.version}`))
    sessionLog.stage(change)
    return true
  }

  return {
    connected(socket) {
      online = socket
      sync(ALL_WA_PATCH_NAMES)
    },
    disconnected: () => (online = null),
    noticed(stanza) {
      if (stanza.attrs["type"] !== "server_sync" || !Array.isArray(stanza.content)) return
      const named = new Set(stanza.content.map((child) => child.attrs["name"]))
      stanza.content = []
      sync(ALL_WA_PATCH_NAMES.filter((name) => named.has(name)))
    },
    keysArrived: () => sync(ALL_WA_PATCH_NAMES),
    modify: (socket, wanted, effect) =>
      lock.run(async () => {
        const patch = patchOf(wanted)
        for (let tries = 0; tries < triesMax; tries += 1) if (await push(socket, patch, effect)) return
        throw new WildcatError("conflict", { detail: "the account's other devices change the same all the time" })
      }),
  }
}

function patchOf({ modification, jid, participant }: Wanted): WAPatchCreate {
  const patch = chatModificationToAppPatch(modification, jid)
  // Baileys leaves the author of a group's message out.
  return participant === undefined ? patch : { ...patch, index: [...patch.index.slice(0, -1), participant] }
}

function question(
  collections: { name: WAPatchName; version: number; snapshot: boolean; bytes?: Uint8Array }[],
): BinaryNode {
  const content = collections.map(({ name, version, snapshot, bytes }) => ({
    tag: "collection",
    attrs: { name, version: String(version), return_snapshot: String(snapshot) },
    ...(bytes === undefined ? {} : { content: [{ tag: "patch", attrs: {}, content: bytes }] }),
  }))
  const attrs = { to: "s.whatsapp.net", xmlns: "w:sync:app:state", type: "set" }
  return { tag: "iq", attrs, content: [{ tag: "sync", attrs: {}, content }] }
}
