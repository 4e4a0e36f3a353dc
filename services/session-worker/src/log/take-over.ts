import { deserialize, serialize } from "node:v8"
import { Binary } from "mongodb"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { AuthStateDoc, SessionLogDoc, Store } from "@wildcat/shared/store"
import { appendRow, Fenced } from "./append.ts"
import { emptyEntry, openEntry, rowId, sealEntry } from "./entry.ts"
import type { Entry } from "./entry.ts"
import { createSessionState } from "./state.ts"
import type { SessionState, StateChanges } from "./state.ts"

export interface TakenOver {
  state: SessionState
  /** Number of our takeover row, the last of the log. */
  lastRow: number
  /** Rows that the pump has not finished, in order. */
  tail: { n: number; entry: Entry }[]
}

const triesMax = 20

/**
 * Becomes the owner of a session: appends a row of the given epoch, from which on every row of an earlier owner is
 * refused, and reads the state. Throws Fenced when a later epoch is there already.
 */
export async function takeOver(options: {
  store: Store
  box: SecretBox
  account: string
  epoch: number
  nonce: string
  patienceMs: number
}): Promise<TakenOver> {
  const lastRow = await appendTakeover(options)
  // Rows first: a value that an earlier owner's pump folds meanwhile is then found in both, never in none.
  const rows = await options.store.collections.sessionLog
    .find({ account: options.account, n: { $lt: lastRow } })
    .sort({ n: 1 })
    .toArray()
  const stored = await options.store.collections.authStates.find({ account: options.account }).toArray()
  const entries = rows.map((row) => ({ n: row.n, entry: openEntry(row.body.buffer, row._id, options.box) }))
  const pumped = readPumped(stored, options)
  return { state: fold(stored, entries, options), lastRow, tail: entries.filter((each) => each.n > pumped) }
}

/** Highest epoch in the log; 0 for a new account. */
export async function lastEpoch(store: Store, account: string): Promise<number> {
  const last = await lastRowOf(store, account)
  return last?.epoch ?? 0
}

async function appendTakeover(options: Parameters<typeof takeOver>[0]): Promise<number> {
  const { store, box, account, epoch, nonce, patienceMs } = options
  for (let tries = 0; tries < triesMax; tries += 1) {
    const last = await lastRowOf(store, account)
    if (last !== null && last.epoch >= epoch) throw new Fenced(rowId(account, last.n))
    const n = (last?.n ?? 0) + 1
    const _id = rowId(account, n)
    const body = new Binary(sealEntry(emptyEntry(), _id, box))
    try {
      const row = { _id, account, n, epoch, owner: nonce, takeover: true, at: new Date(), body } as const
      await appendRow(store, row, patienceMs)
      return n
    } catch (error) {
      // The earlier owner was faster this time.
      if (!(error instanceof Fenced)) throw error
    }
  }
  throw new Error("the session log is written faster than it can be taken over")
}

async function lastRowOf(store: Store, account: string): Promise<Pick<SessionLogDoc, "n" | "epoch"> | null> {
  const [last] = await store.collections.sessionLog
    .find({ account }, { projection: { n: 1, epoch: 1 } })
    .sort({ n: -1 })
    .limit(1)
    .toArray()
  return last ?? null
}

/** Folded values, then the rows over them; a row never replaces what was folded from a later one. */
function fold(
  stored: readonly AuthStateDoc[],
  entries: readonly { n: number; entry: Entry }[],
  { account, box }: { account: string; box: SecretBox },
): SessionState {
  const state = createSessionState()
  const foldedAt = new Map(stored.map((doc) => [doc._id, doc.n]))
  const oneTimeKeys: AuthStateDoc[] = []
  for (const doc of stored) {
    const [type, id] = keyOf(doc._id, account)
    if (isTombstone(doc)) continue
    if (type === "pre-key") oneTimeKeys.push(doc)
    else state.apply({ [type]: { [id]: openValue(doc.value.buffer, doc._id, box) } })
  }
  readLater(oneTimeKeys, state, { account, box })
  for (const { n, entry } of entries) {
    const isNews = (type: string, id: string) => (foldedAt.get(valueId(account, type, id)) ?? 0) <= n
    state.apply(filterChanges(entry.state, isNews))
  }
  return state
}

/**
 * Opens one-time keys on demand. All are copied into one piece of memory: what came from MongoDB is a part of a much larger
 * one, and a buffer for each would take more than its content.
 */
function readLater(
  docs: readonly AuthStateDoc[],
  state: SessionState,
  { account, box }: { account: string; box: SecretBox },
): void {
  const sealed = Buffer.concat(docs.map(({ value }) => value.buffer.subarray(0, value.position)))
  const ends: number[] = []
  const read = (id: string, place: number) =>
    openValue(sealed.subarray(ends[place - 1] ?? 0, ends[place]), valueId(account, "pre-key", id), box)
  for (const [place, { _id, value }] of docs.entries()) {
    ends.push((ends.at(-1) ?? 0) + value.position)
    const [, id] = keyOf(_id, account)
    state.defer("pre-key", id, place, read)
  }
}

function filterChanges(changes: StateChanges, keep: (type: string, id: string) => boolean): StateChanges {
  return Object.fromEntries(
    Object.entries(changes).map(([type, values]) => [
      type,
      Object.fromEntries(Object.entries(values).filter(([id]) => keep(type, id))),
    ]),
  )
}

export function valueId(account: string, type: string, id: string): string {
  return `${account}:${type}:${id}`
}

/** A removed value, kept so that an owner that was frozen for a while cannot bring it back. */
export function isTombstone(doc: Pick<AuthStateDoc, "value">): boolean {
  return doc.value.length() === 0
}

export function sealValue(value: unknown, _id: string, box: SecretBox): Buffer {
  return box.seal(serialize(value), _id)
}

export function openValue(value: Uint8Array, _id: string, box: SecretBox): unknown {
  return deserialize(box.open(value, _id))
}

/** Where the pump keeps the number of the last row that it has finished. */
export function pumpedId(account: string): string {
  return valueId(account, "pump", "finished")
}

function readPumped(stored: readonly AuthStateDoc[], { account }: { account: string }): number {
  return stored.find((doc) => doc._id === pumpedId(account))?.n ?? 0
}

function keyOf(_id: string, account: string): [type: string, id: string] {
  const rest = _id.slice(account.length + 1)
  const colon = rest.indexOf(":")
  return [rest.slice(0, colon), rest.slice(colon + 1)]
}
