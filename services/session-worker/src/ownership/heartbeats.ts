import { randomUUID } from "node:crypto"
import { JSONCodec } from "nats"
import type { KV } from "nats"
import { isApiError } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { repeat } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import { createLiveness } from "./liveness.ts"
import type { Liveness } from "./liveness.ts"

export interface Heartbeats extends Liveness {
  stop(): Promise<void>
}

export interface Beat {
  /** Distinguishes two processes that were given the same WORKER_ID by mistake. */
  incarnation: string
  sessions: number
  draining: boolean
}

const json = JSONCodec<Beat>()
const bucketTtlFactor = 20

/**
 * This worker's sign of life in NATS' KV, and the watch over the others'. Whether a worker is silent is judged by our own
 * clock from the arrival of its last beat, never by the server's expiry, which only cleans up.
 * `superseded` is called when another process has taken our WORKER_ID: this one must end.
 */
export async function startHeartbeats(
  bus: Bus,
  options: {
    worker: string
    limitMs: number
    replicas: number
    load: () => { sessions: number; draining: boolean }
    superseded(): void
    log: Logger
  },
): Promise<Heartbeats> {
  const { worker, limitMs } = options
  const kv = await bus.jetStream.views.kv(bus.subjects.workersBucket, {
    ttl: limitMs * bucketTtlFactor,
    history: 1,
    replicas: options.replicas,
  })
  const liveness = createLiveness(limitMs)
  const incarnation = randomUUID()
  let revision = await kv.put(worker, json.encode({ incarnation, ...options.load() }))
  const watch = await kv.watch()
  const watching = (async () => {
    for await (const entry of watch) {
      if (entry.operation === "PUT") liveness.heard(entry.key)
      else liveness.gone(entry.key)
    }
  })()

  const beat = async () => {
    try {
      revision = await kv.update(worker, json.encode({ incarnation, ...options.load() }), revision)
    } catch (error) {
      if (!isApiError(error, 10071)) throw error
      revision = await repair(kv, worker, incarnation, options)
    }
  }
  const beating = repeat({ name: "heartbeat", pauseMs: limitMs / 4, work: beat, log: options.log })
  return {
    ...liveness,
    async stop() {
      await beating.stop()
      await kv.delete(worker, { previousSeq: revision }).catch((error: unknown) => {
        options.log.info({ error }, "heartbeat.not_removed")
      })
      watch.stop()
      await watching
    },
  }
}

/** Our revision is not the last one: an answer was lost, the bucket was emptied, or somebody else uses our name. */
async function repair(
  kv: KV,
  worker: string,
  incarnation: string,
  options: { superseded(): void; load: () => { sessions: number; draining: boolean } },
): Promise<number> {
  const found = await kv.get(worker)
  if (found !== null && found.operation === "PUT") {
    if (json.decode(found.value).incarnation !== incarnation) options.superseded()
    return found.revision
  }
  return kv.put(worker, json.encode({ incarnation, ...options.load() }))
}
