import { MongoBulkWriteError } from "mongodb"
import type { Collections } from "./collections.ts"
import type { DeliveryDoc } from "./webhook-documents.ts"

/** Inserts deliveries in one write; those that exist already stay as they are. Throws when any other write failed. */
export async function insertOnce(deliveries: Collections["deliveries"], docs: DeliveryDoc[]): Promise<void> {
  if (docs.length === 0) return
  try {
    await deliveries.insertMany(docs, { ordered: false })
  } catch (error) {
    if (!(error instanceof MongoBulkWriteError) || !onlyDuplicates(error)) throw error
  }
}

function onlyDuplicates(error: MongoBulkWriteError): boolean {
  const failures = [error.writeErrors].flat()
  return failures.length > 0 && failures.every(({ code }) => code === 11_000)
}
