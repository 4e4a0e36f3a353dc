import { ObjectId } from "mongodb"
import type { Db } from "mongodb"
import type { Logger } from "@wildcat/shared/runtime"

/** Files looked up per query. */
const pageSize = 1_000

/**
 * Removes bytes whose upload never ended (a process was killed meanwhile) or whose removal was cut short: chunks older
 * than `before` that no file owns. Returns how many files' chunks it removed. A file's id tells when its upload began.
 */
export async function sweepOrphans(
  db: Db,
  options: { before: Date; stopped: AbortSignal; log: Logger },
): Promise<number> {
  const limit = ObjectId.createFromTime(Math.floor(options.before.getTime() / 1_000))
  let removed = 0
  for await (const page of pages(db, limit)) {
    if (options.stopped.aborted) break
    const owned = await db.collection("media.files").distinct("_id", { _id: { $in: page } })
    const owners = new Set(owned.map(String))
    for (const id of page.filter((id) => !owners.has(String(id)))) {
      await db.collection("media.chunks").deleteMany({ files_id: id })
      removed += 1
    }
  }
  if (removed > 0) options.log.info({ removed }, "media.orphans_removed")
  return removed
}

/** Ids of all files with chunks and an upload begun before `limit`; read from the index alone. */
async function* pages(db: Db, limit: ObjectId): AsyncGenerator<ObjectId[]> {
  const ids = db
    .collection("media.chunks")
    .aggregate<{ _id: ObjectId }>([
      { $match: { files_id: { $lt: limit } } },
      { $sort: { files_id: 1 } },
      { $group: { _id: "$files_id" } },
    ])
  let page: ObjectId[] = []
  for await (const { _id } of ids) {
    page.push(_id)
    if (page.length < pageSize) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}
