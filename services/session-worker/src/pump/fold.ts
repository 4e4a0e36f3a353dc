import { Binary, MongoBulkWriteError } from "mongodb"
import type { AnyBulkWriteOperation } from "mongodb"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { AuthStateDoc, Store } from "@wildcat/shared/store"
import type { Entry } from "../log/entry.ts"
import { pumpedId, sealValue, valueId } from "../log/take-over.ts"

/** MongoDB's code of a key that is there already. */
const duplicateKey = 11_000
/** Removed at once: these are many, and one that an old owner brings back does no harm. */
const shortLived = new Set(["inbox", "notice"])

/**
 * Folds the state of entries into `authStates` and notes the last one as finished. A value is never replaced by one of
 * an earlier entry: the pump of an owner that was frozen meanwhile changes nothing.
 */
export async function foldState(
  store: Store,
  box: SecretBox,
  account: string,
  entries: readonly { n: number; entry: Entry }[],
): Promise<void> {
  const last = entries.at(-1)
  if (last === undefined) return
  const writes = latestOf(entries, account).flatMap((change) => writeOf(change, account, box) ?? [])
  await writeAll(store, writes)
  // Afterwards only: the next owner folds no row again that is marked as finished.
  await writeAll(store, [setIfLater(pumpedId(account), account, last.n, Buffer.alloc(0))])
}

interface Latest {
  _id: string
  n: number
  type: string
  value: unknown
  /** The first that these entries say of it is a value, not its removal. */
  isBorn: boolean
}

/** What the entries say last of each key. */
function latestOf(entries: readonly { n: number; entry: Entry }[], account: string): Latest[] {
  const latest = new Map<string, Latest>()
  for (const { n, entry } of entries) {
    for (const [type, values] of Object.entries(entry.state)) {
      for (const [id, value] of Object.entries(values)) {
        const _id = valueId(account, type, id)
        const isBorn = latest.get(_id)?.isBorn ?? value !== null
        latest.set(_id, { _id, n, type, value, isBorn })
      }
    }
  }
  return [...latest.values()]
}

function writeOf(
  { _id, n, type, value, isBorn }: Latest,
  account: string,
  box: SecretBox,
): AnyBulkWriteOperation<AuthStateDoc> | null {
  if (value !== null) return setIfLater(_id, account, n, sealValue(value, _id, box))
  if (!shortLived.has(type)) return setIfLater(_id, account, n, Buffer.alloc(0))
  // What has come and gone in these entries was never written, unless by a fold that failed in part: most memos live for a
  // moment only, and one that stays is forgotten as the oldest.
  return isBorn ? null : { deleteOne: { filter: { _id, n: { $lte: n } } } }
}

/** Sets the value unless a later one is there. */
function setIfLater(_id: string, account: string, n: number, value: Buffer): AnyBulkWriteOperation<AuthStateDoc> {
  const set = { account, n, value: new Binary(value) }
  return { updateOne: { filter: { _id, n: { $lt: n } }, update: { $set: set }, upsert: true } }
}

/**
 * An upsert that finds a later value tries to insert and meets its key: "nothing to do". So does one that the pump of
 * another owner has overtaken with an earlier value, and that one must still be replaced: what met a key is done again as
 * an update of what is there now.
 */
async function writeAll(store: Store, writes: AnyBulkWriteOperation<AuthStateDoc>[]): Promise<void> {
  const { authStates } = store.collections
  if (writes.length === 0) return
  try {
    await authStates.bulkWrite(writes, { ordered: false })
  } catch (error) {
    const again = conflictsIn(error).flatMap((index) => withoutInsert(writes[index]))
    if (again.length === 0) throw error
    await authStates.bulkWrite(again, { ordered: false })
  }
}

/** Indexes of the writes that met a key; none when anything else failed. */
function conflictsIn(error: unknown): number[] {
  if (!(error instanceof MongoBulkWriteError)) return []
  const errors = [error.writeErrors].flat()
  return errors.every(({ code }) => code === duplicateKey) ? errors.map(({ index }) => index) : []
}

function withoutInsert(write: AnyBulkWriteOperation<AuthStateDoc> | undefined): AnyBulkWriteOperation<AuthStateDoc>[] {
  return write !== undefined && "updateOne" in write ? [{ updateOne: { ...write.updateOne, upsert: false } }] : []
}
