import type { Bus, Delivered } from "@wildcat/shared/bus"
import type { Logger } from "@wildcat/shared/runtime"
import type { Collections, PartitionDoc } from "@wildcat/shared/store"
import { readEventLog } from "./event-log-reader.ts"
import type { EventLogReader } from "./event-log-reader.ts"

/** Events taken from the stream at once. */
const batchMax = 256

export interface IntakeTurn {
  begin(partition: PartitionDoc): void
  end(): Promise<void>
}

/**
 * One dispatcher at a time turns events into deliveries, in the order of the stream. Its position is kept in the
 * partition: whoever comes next goes on behind it. A batch that two handled, because one was thought dead, makes nothing
 * twice: the ids of deliveries are derived.
 */
export function createIntakeTurn(parts: {
  bus: Bus
  partitions: Collections["partitions"]
  handle(batch: readonly Delivered[]): Promise<void>
  log: Logger
}): IntakeTurn {
  let reader: EventLogReader | null = null
  return {
    begin({ _id, epoch, position }) {
      const handle = async (batch: readonly Delivered[]) => {
        await parts.handle(batch)
        const last = batch.at(-1)?.sequence ?? position
        const { matchedCount } = await parts.partitions.updateOne({ _id, epoch }, { $set: { position: last } })
        if (matchedCount === 0) parts.log.warn({ epoch }, "intake.taken_over")
      }
      reader = readEventLog({ bus: parts.bus, after: position, batchMax, handle, log: parts.log })
    },
    async end() {
      const ending = reader
      reader = null
      await ending?.stop()
    },
  }
}
