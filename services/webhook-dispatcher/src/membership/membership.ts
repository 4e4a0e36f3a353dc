import { createHash } from "node:crypto"
import { firstConnection, tolerate, repeat } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { Collections, DispatcherDoc, PartitionDoc } from "@wildcat/shared/store"

/** Shares of the hosts that webhooks lead to: all webhooks of a host are one dispatcher's at a time, so caps are exact. */
export const hostPartitions = 32

export const partitionNames: readonly string[] = [
  "intake",
  ...Array.from({ length: hostPartitions }, (_, index) => `hosts:${index}`),
]

export function partitionOfHost(host: string): string {
  return `hosts:${createHash("sha256").update(host).digest().readUInt32BE(0) % hostPartitions}`
}

export interface Membership {
  /** True while this process may begin work of the partition. */
  holds(partition: string): boolean
  stop(): Promise<void>
}

interface Parts {
  collections: Collections
  id: string
  beatMs: number
  /** A dispatcher whose beat does not change for so long is dead. */
  deadMs: number
  /** Called with a partition that this process has now. */
  gained(partition: PartitionDoc): void
  /** Called when new work of it may not begin; resolves when none is under way. */
  lost(partition: string): Promise<void>
  log: Logger
}

/**
 * Shares the partitions among the live dispatchers. A partition changes hands only when its owner has given it up, after
 * its work under way has ended, or when the owner is dead: its beat did not change for `deadMs` of our own monotonic
 * clock. An owner that cannot write its beat begins nothing more well before others may take over.
 */
export async function joinDispatchers(parts: Parts): Promise<Membership> {
  const { dispatchers, partitions } = parts.collections
  const seen = new Map<string, { beat: number; at: number }>()
  const held = new Set<string>()
  const leaving = new Map<string, Promise<void>>()
  let lastBeatAt = Number.NEGATIVE_INFINITY
  let stopping = false

  const release = (partition: string): Promise<void> => {
    held.delete(partition)
    const giving = (async () => {
      await parts.lost(partition)
      await partitions.updateOne({ _id: partition, by: parts.id }, { $set: { by: null } })
    })().finally(() => leaving.delete(partition))
    leaving.set(partition, giving)
    return giving
  }

  const settle = async (doc: PartitionDoc, live: readonly string[], existing: ReadonlySet<string>): Promise<void> => {
    const mine = ownerOf(doc._id, live) === parts.id
    if (doc.by === parts.id) {
      if (leaving.has(doc._id) || held.has(doc._id)) {
        if (!mine && held.has(doc._id)) void tolerate(release(doc._id), "the next round tries again", parts.log)
        return
      }
      held.add(doc._id)
      return parts.gained(doc)
    }
    if (held.delete(doc._id)) await parts.lost(doc._id)
    if (!mine || stopping || leaving.has(doc._id) || (doc.by !== null && existing.has(doc.by))) return
    const taken = await partitions.findOneAndUpdate(
      { _id: doc._id, by: doc.by, epoch: doc.epoch },
      { $set: { by: parts.id }, $inc: { epoch: 1 } },
      { returnDocument: "after" },
    )
    if (taken === null || stopping) return
    held.add(doc._id)
    parts.gained(taken)
  }

  const round = async () => {
    const startedAt = performance.now()
    await dispatchers.updateOne({ _id: parts.id }, { $inc: { beat: 1 }, $set: { stopping } }, { upsert: true })
    lastBeatAt = startedAt
    const all = await dispatchers.find().toArray()
    const present = all.filter((each) => each._id === parts.id || isAlive(each, seen, parts.deadMs))
    const existing = new Set(present.map(({ _id }) => _id))
    const dead = all.flatMap(({ _id }) => (existing.has(_id) ? [] : [_id]))
    if (dead.length > 0) await dispatchers.deleteMany({ _id: { $in: dead } })
    const live = present.flatMap((each) => (each.stopping ? [] : [each._id]))
    for (const doc of await partitions.find().toArray()) await settle(doc, live, existing)
  }

  await firstConnection("dispatchers", parts.log, round)
  const beats = repeat({ name: "membership", pauseMs: parts.beatMs, log: parts.log, work: round })
  return {
    holds: (partition) => held.has(partition) && performance.now() - lastBeatAt < parts.deadMs * 0.6,
    async stop() {
      stopping = true
      await beats.stop()
      await Promise.allSettled([...held].map(release).concat([...leaving.values()]))
      await tolerate(dispatchers.deleteOne({ _id: parts.id }), "others see that its beat ended", parts.log)
    },
  }
}

/** Makes the partitions that do not exist yet. */
export async function ensurePartitions({ partitions }: Collections, intakePosition: number): Promise<void> {
  await partitions.bulkWrite(
    partitionNames.map((_id) => ({
      updateOne: {
        filter: { _id },
        update: { $setOnInsert: { by: null, epoch: 0, position: _id === "intake" ? intakePosition : 0 } },
        upsert: true,
      },
    })),
    { ordered: false },
  )
}

/** Rendezvous hashing: when a dispatcher comes or goes, only its own partitions move. */
function ownerOf(partition: string, live: readonly string[]): string | null {
  const score = (id: string) => createHash("sha256").update(`${partition} ${id}`).digest("hex")
  const ranked = live.map((id) => ({ id, score: score(id) })).sort((a, b) => (a.score < b.score ? -1 : 1))
  return ranked[0]?.id ?? null
}

function isAlive(doc: DispatcherDoc, seen: Map<string, { beat: number; at: number }>, deadMs: number): boolean {
  const known = seen.get(doc._id)
  const now = performance.now()
  if (known && known.beat === doc.beat) return now - known.at < deadMs
  seen.set(doc._id, { beat: doc.beat, at: now })
  return true
}
