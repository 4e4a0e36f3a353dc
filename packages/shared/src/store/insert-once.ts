import { MongoBulkWriteError } from "mongodb"
import type { Collection, OptionalUnlessRequiredId } from "mongodb"

/** Inserts documents in one write; those that exist already stay as they are. Throws when any other write failed. */
export async function insertOnce<T extends { _id: string }>(
  collection: Collection<T>,
  docs: readonly OptionalUnlessRequiredId<T>[],
): Promise<void> {
  if (docs.length === 0) return
  try {
    await collection.insertMany(docs, { ordered: false })
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || !onlyDuplicates(error)) throw error
  }
}

function onlyDuplicates(error: MongoBulkWriteError): boolean {
  const failures = [error.writeErrors].flat()
  return failures.length > 0 && failures.every(({ code }) => code === 11_000)
}
