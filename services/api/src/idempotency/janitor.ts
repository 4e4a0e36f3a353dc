import { repeat } from "@wildcat/shared/runtime"
import type { Logger, Repetition } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import { stagedPrefix } from "../media/staged-media.ts"

const pauseMs = 10 * 60_000
/** An upload takes at most minutes; what is staged for longer belongs to a process that died. */
const stagedMsMax = 24 * 3_600_000
const stagedPerRound = 1_000

/** Removes recorded answers and limits past their time, and uploads that no call has finished. */
export function startJanitor(store: Store, log: Logger): Repetition {
  return repeat({
    name: "janitor",
    pauseMs,
    log,
    work: async () => {
      const now = Date.now()
      await store.collections.idempotency.deleteMany({ expiresAt: { $lt: new Date(now) } })
      await store.db.collection("rateLimits").deleteMany({ expire: { $lt: new Date(now) } })
      const stale = store.db
        .collection<{ metadata: { media: string } }>("media.files")
        .find({
          "metadata.media": { $gte: stagedPrefix, $lt: `${stagedPrefix}~` },
          uploadDate: { $lt: new Date(now - stagedMsMax) },
        })
        .limit(stagedPerRound)
      for await (const file of stale) await store.media.delete(file.metadata.media)
    },
  })
}
