import type { AnyBulkWriteOperation } from "mongodb"
import { isDuplicateKey } from "@wildcat/shared/store"
import type { ChatDoc, Store } from "@wildcat/shared/store"
import type { Entry } from "../../log/entry.ts"
import { foldChats } from "./fold-chats.ts"
import { createKeptChats } from "./kept-chats.ts"
import type { KeptChats } from "./kept-chats.ts"
import { filterOf, namesIn } from "./names-in.ts"
import type { Shelf } from "./shelf.ts"

export interface ChatOwner {
  account: string
  tenant: string
}

/** Another pump of the same account, of an owner that was frozen meanwhile, may write at the same time. */
const triesMax = 3

/**
 * Writes what rows of the log say of chats: one look, unless all of them are kept, and one bulk write for all of them. A
 * document holds the number of the last row that is in it and is replaced only while it is as it was read or written last,
 * so no row counts twice, and nothing is lost when a part of the write fails.
 */
export async function applyChats(
  store: Store,
  owner: ChatOwner,
  rows: readonly { n: number; entry: Entry }[],
  kept: KeptChats = createKeptChats(owner),
): Promise<void> {
  const names = namesIn(rows)
  if (names.length === 0) return
  const chats = store.collections.chats
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const shelf = kept.take()
    const unknown = names.filter((name) => !shelf.knows(name))
    if (unknown.length > 0) shelf.add(unknown, await chats.find(filterOf(owner.account, unknown)).toArray())
    foldChats(shelf, rows)
    if (await write(chats, shelf)) return kept.put(shelf)
  }
  throw new Error("chats were changed by somebody else all the time")
}

/** False when a document was not as it had been read. */
async function write(chats: Store["collections"]["chats"], shelf: Shelf): Promise<boolean> {
  const { created, changed, removed } = shelf.changes()
  const writes: AnyBulkWriteOperation<ChatDoc>[] = [
    ...created.map((document) => ({ insertOne: { document } })),
    ...changed.map(({ doc, readN }) => ({ replaceOne: { filter: { _id: doc._id, n: readN }, replacement: doc } })),
    // Last: a chat goes when what was in it is in the other one.
    ...removed.map(({ _id, readN }) => ({ deleteOne: { filter: { _id, n: readN } } })),
  ]
  if (writes.length === 0) return true
  try {
    const result = await chats.bulkWrite(writes)
    return result.insertedCount + result.matchedCount + result.deletedCount === writes.length
  } catch (error) {
    if (isDuplicateKey(error)) return false
    throw error
  }
}
