import { Binary } from "mongodb"
import type { AnyBulkWriteOperation } from "mongodb"
import type { SecretBox } from "@wildcat/shared/runtime"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { AuthStateDoc, Store } from "@wildcat/shared/store"
import type { Entry } from "../log/entry.ts"
import { pumpedId, sealValue, valueId } from "../log/take-over.ts"

/** Removed at once: these are many, and one that an old owner brings back does no harm. */
const shortLived = new Set(["inbox"])

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
  const latest = new Map<string, { n: number; type: string; value: unknown }>()
  for (const { n, entry } of entries) {
    for (const [type, values] of Object.entries(entry.state)) {
      for (const [id, value] of Object.entries(values)) latest.set(valueId(account, type, id), { n, type, value })
    }
  }
  const writes = [...latest].map(([_id, change]) => writeOf(_id, change, account, box))
  const finished = setIfLater(pumpedId(account), account, last.n, Buffer.alloc(0))
  await unorderedIgnoringConflicts(store, [...writes, finished])
}

function writeOf(
  _id: string,
  { n, type, value }: { n: number; type: string; value: unknown },
  account: string,
  box: SecretBox,
): AnyBulkWriteOperation<AuthStateDoc> {
  if (value === null && shortLived.has(type)) return { deleteOne: { filter: { _id, n: { $lte: n } } } }
  return setIfLater(_id, account, n, value === null ? Buffer.alloc(0) : sealValue(value, _id, box))
}

/** An upsert that finds a later value tries to insert and meets its key: that conflict means "nothing to do". */
function setIfLater(_id: string, account: string, n: number, value: Buffer): AnyBulkWriteOperation<AuthStateDoc> {
  const set = { account, n, value: new Binary(value) }
  return { updateOne: { filter: { _id, n: { $lt: n } }, update: { $set: set }, upsert: true } }
}

async function unorderedIgnoringConflicts(store: Store, writes: AnyBulkWriteOperation<AuthStateDoc>[]): Promise<void> {
  try {
    await store.collections.authStates.bulkWrite(writes, { ordered: false })
  } catch (error) {
    if (!hasOnlyConflicts(error)) throw error
  }
}

function hasOnlyConflicts(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("writeErrors" in error)) return isDuplicateKey(error)
  const errors = Array.isArray(error.writeErrors) ? error.writeErrors : [error.writeErrors]
  return errors.length > 0 && errors.every((each) => each?.code === 11000)
}
