import type { AnyBulkWriteOperation } from "mongodb"
import type { Collections, DeliveryDoc } from "@wildcat/shared/store"

export type LedgerWrite = Extract<AnyBulkWriteOperation<DeliveryDoc>, { updateOne: unknown }>

export interface Ledger {
  /** Resolves when the write is durable; throws when the database failed, and then it may have happened or not. */
  write(operation: LedgerWrite): Promise<void>
  /** Updates sent so far, and the calls that carried them. */
  counts(): { writes: number; calls: number }
}

/** Writes of one call at most. */
const batchMax = 500

/** One update per outcome; while one call is under way, the updates that come meanwhile gather for the next. */
export function createLedger(deliveries: Collections["deliveries"]): Ledger {
  let waiting: { operation: LedgerWrite; resolve(): void; reject(error: unknown): void }[] = []
  let flushing = false
  const counts = { writes: 0, calls: 0 }

  const flush = async () => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, batchMax)
      waiting = waiting.slice(batch.length)
      counts.writes += batch.length
      counts.calls += 1
      try {
        await deliveries.bulkWrite(
          batch.map(({ operation }) => operation),
          { ordered: false },
        )
        for (const { resolve } of batch) resolve()
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    flushing = false
  }
  return {
    write: (operation) =>
      new Promise((resolve, reject) => {
        waiting.push({ operation, resolve, reject })
        if (flushing) return
        flushing = true
        setImmediate(() => void flush())
      }),
    counts: () => ({ ...counts }),
  }
}
