import { randomUUID } from "node:crypto"
import type { KV, QueuedIterator, KvEntry } from "nats"
import { decodeBeat, encodeBeat, isApiError, isToDrain, onNudge, openBeats } from "@wildcat/shared/bus"
import type { Bus, WorkerBeat } from "@wildcat/shared/bus"
import { firstConnection, repeat, tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import { createLiveness } from "./liveness.ts"
import type { Liveness, LivenessWatch } from "./liveness.ts"

export interface Heartbeats extends Liveness {
  /** An operator wants this worker to give its sessions away. */
  readonly isDrained: boolean
  /** Tells the others at once what has changed. */
  announce(): Promise<void>
  stop(): Promise<void>
}

/** `draining`: also without an operator's order. */
export type Load = Pick<WorkerBeat, "sessions" | "capacity" | "draining" | "undecryptable">

export interface HeartbeatOptions {
  worker: string
  limitMs: number
  replicas: number
  load: () => Load
  superseded(): void
  /** Somebody has come, fallen silent, left or changed its mind; or this worker is to drain, or no more. */
  changed(): void
  log: Logger
}

/** Looks at the others' silence per limit: cheap, and what a failover may lose against the limit itself. */
const looksPerLimit = 20

/**
 * This worker's sign of life in NATS' KV, and the watch over the others'. Whether a worker is silent is judged by our own
 * clock from the arrival of its last beat, never by the server's expiry, which only cleans up.
 * `superseded` is called when another process has taken our WORKER_ID: this one must end.
 */
export async function startHeartbeats(bus: Bus, options: HeartbeatOptions): Promise<Heartbeats> {
  const { worker, limitMs, log } = options
  const kv = await firstConnection("heartbeats", log, () => openBeats(bus, options))
  const liveness = createLiveness({ worker, limitMs })
  const incarnation = randomUUID()
  const since = new Date().toISOString()
  let isDrained = await firstConnection("orders", log, () => isToDrain(bus, worker))
  const encoded = () => {
    const { draining, ...load } = options.load()
    const rssBytes = process.memoryUsage.rss()
    return encodeBeat({ incarnation, since, limitMs, rssBytes, ...load, draining: draining || isDrained })
  }
  let revision = await firstConnection("heartbeats", log, () => kv.put(worker, encoded()))
  let watch = await firstConnection("heartbeats", log, () => follow(kv, liveness, log))

  const beat = async () => {
    try {
      revision = await kv.update(worker, encoded(), revision)
    } catch (error) {
      if (!isApiError(error, 10071)) throw error
      revision = await repair(kv, { worker, incarnation, encoded, superseded: options.superseded })
    }
    if (liveness.isInTouch()) return
    // NATS takes our beats, but we do not hear them: the watch has not survived an outage, or we were frozen.
    log.warn({}, "heartbeats.not_heard")
    await watch.stop()
    watch = await follow(kv, liveness, log)
  }
  const beating = repeat({ name: "heartbeat", pauseMs: limitMs / 4, work: beat, log })
  // Apart from the beats: whatever else takes long must not delay them.
  const obey = async () => {
    const wasDrained = isDrained
    isDrained = await isToDrain(bus, worker)
    if (isDrained === wasDrained) return
    options.changed()
    await beat()
  }
  const obeying = repeat({ name: "orders", pauseMs: limitMs / 4, log, work: obey })
  const nudges = onNudge(bus, bus.subjects.ordersNudge, (workers) => {
    if (workers.includes(worker)) void tolerate(obey(), "it looks again by itself", log)
  })
  const looking = watchChanges(() => liveness.peers(), limitMs / looksPerLimit, options.changed)
  return {
    ...liveness,
    get isDrained() {
      return isDrained
    },
    announce: beat,
    async stop() {
      clearInterval(looking)
      nudges.stop()
      await Promise.all([beating.stop(), obeying.stop()])
      await kv.delete(worker, { previousSeq: revision }).catch((error: unknown) => {
        log.info({ error }, "heartbeat.not_removed")
      })
      await watch.stop()
    },
  }
}

/** Hears every beat of every worker, from the last ones on. */
async function follow(kv: KV, liveness: LivenessWatch, log: Logger): Promise<{ stop(): Promise<void> }> {
  const entries: QueuedIterator<KvEntry> = await kv.watch()
  const hearing = hear(entries, liveness).catch((error: unknown) => log.warn({ error }, "heartbeats.watch_ended"))
  return {
    stop: async () => {
      entries.stop()
      await hearing
    },
  }
}

async function hear(entries: QueuedIterator<KvEntry>, liveness: LivenessWatch): Promise<void> {
  for await (const { operation, key, value } of entries) {
    if (operation !== "PUT") liveness.gone(key)
    else {
      const beat = decodeBeat(value)
      if (beat !== null) liveness.heard(key, beat)
    }
  }
}

/** Calls when what `look` sees, apart from loads, is not what it saw last. */
function watchChanges(look: () => unknown[], everyMs: number, changed: () => void): NodeJS.Timeout {
  const seen = () =>
    JSON.stringify(look(), (key, value: unknown) => (key === "room" || key === "heardAt" ? undefined : value))
  let last = seen()
  return setInterval(() => {
    const now = seen()
    if (now === last) return
    last = now
    changed()
  }, everyMs)
}

/** Our revision is not the last one: an answer was lost, the bucket was emptied, or somebody else uses our name. */
async function repair(
  kv: KV,
  own: { worker: string; incarnation: string; encoded: () => Uint8Array; superseded(): void },
): Promise<number> {
  const found = await kv.get(own.worker)
  if (found === null || found.operation !== "PUT") return kv.put(own.worker, own.encoded())
  if (decodeBeat(found.value)?.incarnation !== own.incarnation) own.superseded()
  return found.revision
}
