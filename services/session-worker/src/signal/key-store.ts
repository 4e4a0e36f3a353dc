import type { SignalDataSet, SignalDataTypeMap, SignalKeyStoreWithTransaction } from "@whiskeysockets/baileys"
import type { SessionLog } from "../log/session-log.ts"
import { mergeChanges } from "../log/state.ts"
import type { SessionState, StateChanges } from "../log/state.ts"
import { createKeyedLock, createLock } from "./lock.ts"

/**
 * The key store of one account. It only stages: nothing that Baileys writes here waits for the database, and nothing that
 * it sends afterwards leaves before it is durable.
 *
 * Baileys keeps "the current transaction" in an AsyncLocalStorage per socket. Here one lock per account orders all Signal
 * operations, so a plain variable does: two accounts that talk to the same contact in one process cannot run in each
 * other's transaction, although libsignal's own queue is shared by them.
 */
export interface KeyStore {
  /** For Baileys outside of Signal operations. */
  outer: SignalKeyStoreWithTransaction
  /** For the Signal repository: its writes belong to the operation under way. */
  inner: SignalKeyStoreWithTransaction
  /**
   * Runs one Signal operation alone. What it wrote is handed to `stage` in the same synchronous step in which it ends;
   * when it throws, nothing of it remains.
   */
  operation<T>(work: () => Promise<T>, stage?: (result: T, changes: StateChanges) => void): Promise<T>
}

/** Written within an operation; all other types are independent of it. */
const operationTypes = new Set<string>(["session", "pre-key", "sender-key", "identity-key"])
/** Baileys alters what it has read: it gets a copy. */
const copiedTypes = new Set<string>(["app-state-sync-version", "sender-key-memory", "device-list"])

export function createKeyStore(state: SessionState, log: SessionLog): KeyStore {
  const signal = createLock()
  const transactions = createKeyedLock()
  let current: StateChanges | null = null
  /** Who got a group key is remembered after the frame that carries it: a crash in between repeats it, no more. */
  let afterTransaction: StateChanges = {}

  const read = <T extends keyof SignalDataTypeMap>(type: T, ids: string[], pending: StateChanges | null) => {
    const found: { [id: string]: SignalDataTypeMap[T] } = {}
    for (const id of ids) {
      const value = pending?.[type]?.[id] ?? (pending?.[type]?.[id] === null ? undefined : state.get(type, id))
      if (value !== undefined && value !== null) found[id] = copiedTypes.has(type) ? structuredClone(value) : value
    }
    return found
  }
  const stage = (changes: StateChanges) => {
    if (Object.keys(changes).length > 0) log.stage({ state: changes })
  }
  const stageAlone = (changes: StateChanges) => signal.run(async () => stage(changes))

  const inner: SignalKeyStoreWithTransaction = {
    get: (type, ids) => read(type, ids, current),
    set: (data) => {
      const [mine, others] = split(data, (type) => operationTypes.has(type) && current !== null)
      if (current !== null) mergeChanges(current, mine)
      stage(others)
    },
    isInTransaction: () => true,
    transaction: (work) => work(),
  }
  const outer: SignalKeyStoreWithTransaction = {
    get: (type, ids) => read(type, ids, null),
    set: async (data) => {
      const [late, now] = split(data, (type) => type === "sender-key-memory")
      mergeChanges(afterTransaction, late)
      const [ordered, free] = split(now, (type) => operationTypes.has(type))
      stage(free)
      if (Object.keys(ordered).length > 0) await stageAlone(ordered)
    },
    isInTransaction: () => false,
    transaction: (work, key) =>
      transactions.run(key, async () => {
        try {
          return await work()
        } finally {
          const late = afterTransaction
          afterTransaction = {}
          stage(late)
        }
      }),
  }
  return {
    outer,
    inner,
    operation: (work, stageResult = (_result, changes) => stage(changes)) =>
      signal.run(async () => {
        const changes: StateChanges = {}
        current = changes
        try {
          const result = await work()
          stageResult(result, changes)
          return result
        } finally {
          current = null
        }
      }),
  }
}

function split(data: SignalDataSet, belongs: (type: string) => boolean): [StateChanges, StateChanges] {
  const entries = Object.entries(data)
  return [
    Object.fromEntries(entries.filter(([type]) => belongs(type))),
    Object.fromEntries(entries.filter(([type]) => !belongs(type))),
  ]
}
