import { JSONCodec } from "nats"
import type { KV } from "nats"
import { z } from "zod"
import type { Bus } from "./connect.ts"
import { nudge } from "./nudge.ts"

/** Messages that could not be decrypted when they came, of all sessions of a worker since it started. */
export const Undecryptable = z.object({
  /** At first: their sender, or the phone, was asked for them. */
  atFirst: z.number(),
  /** Of these came again and were read. */
  readLater: z.number(),
  /** Told as `message.undecryptable`. */
  givenUp: z.number(),
})
export type Undecryptable = z.infer<typeof Undecryptable>

export function noneUndecryptable(): Undecryptable {
  return { atFirst: 0, readLater: 0, givenUp: 0 }
}

/** What a worker tells of itself with each heartbeat. */
export const WorkerBeat = z.object({
  /** Distinguishes two processes that were given the same WORKER_ID by mistake. */
  incarnation: z.string(),
  /** When the process started. */
  since: z.iso.datetime().default(() => new Date(0).toISOString()),
  /** Sessions that it has or is about to open. */
  sessions: z.number(),
  /** Sessions that it may have at most. */
  capacity: z.number().default(0),
  /** It gives its sessions away and takes none. */
  draining: z.boolean(),
  rssBytes: z.number().default(0),
  undecryptable: Undecryptable.default(noneUndecryptable),
  /** Silence after which the others take its sessions. */
  limitMs: z.number().default(10_000),
})
export type WorkerBeat = z.infer<typeof WorkerBeat>

/** A worker as its last heartbeat shows it. */
export interface SeenWorker {
  name: string
  beat: WorkerBeat
  /** Age of the beat by NATS' clock. */
  beatAgeMs: number
  /** The beat is younger than the limit after which other workers take its sessions. */
  isAlive: boolean
}

const json = JSONCodec()
/** A dead worker is shown for this many of its limits. */
const bucketTtlFactor = 20

/** The bucket of heartbeats, by worker. NATS removes what is old; who is dead is judged by each reader's own clock. */
export function openBeats(bus: Bus, options: { limitMs: number; replicas: number }): Promise<KV> {
  const ttl = options.limitMs * bucketTtlFactor
  return bus.jetStream.views.kv(bus.subjects.workersBucket, { ttl, history: 1, replicas: options.replicas })
}

export function encodeBeat(beat: WorkerBeat): Uint8Array {
  return json.encode(beat)
}

/** Null for what no worker of ours has written. */
export function decodeBeat(value: Uint8Array): WorkerBeat | null {
  return WorkerBeat.safeParse(json.decode(value)).data ?? null
}

/** Every worker that has given a sign of life lately, dead ones too; by name. */
export async function readWorkers(bus: Bus): Promise<SeenWorker[]> {
  const bucket = bus.subjects.workersBucket
  const names = await keysOf(bus, bucket)
  if (names === null || names.keys.length === 0) return []
  const beats = await bus.jetStream.views.kv(bucket, { bindOnly: true })
  const seen = await Promise.all(
    names.keys.toSorted().map(async (name) => {
      const entry = await beats.get(name)
      const beat = entry?.operation === "PUT" ? decodeBeat(entry.value) : null
      if (entry === null || beat === null) return []
      const beatAgeMs = Math.max(0, names.at - entry.created.getTime())
      return [{ name, beat, beatAgeMs, isAlive: beatAgeMs <= beat.limitMs }]
    }),
  )
  return seen.flat()
}

/** Names of the workers that are to give their sessions away, running or not. */
export async function readDrains(bus: Bus): Promise<string[]> {
  const names = await keysOf(bus, bus.subjects.ordersBucket)
  const orders = await openOrders(bus)
  const found = (names?.keys ?? []).flatMap((key) =>
    key.startsWith(drainPrefix) ? [key.slice(drainPrefix.length)] : [],
  )
  const isSet = await Promise.all(found.map((worker) => isSetIn(orders, worker)))
  return found.filter((_, index) => isSet[index])
}

export async function isToDrain(bus: Bus, worker: string): Promise<boolean> {
  return isSetIn(await openOrders(bus), worker)
}

/** Orders a worker to give its sessions away, or takes the order back. It holds until then, also for a restarted worker. */
export async function orderDrain(bus: Bus, worker: string, isWanted: boolean): Promise<void> {
  const orders = await openOrders(bus)
  if (isWanted) await orders.put(drainPrefix + worker, json.encode({ at: new Date().toISOString() }))
  else await orders.purge(drainPrefix + worker)
  nudge(bus, bus.subjects.ordersNudge, [worker])
}

const drainPrefix = "drain."

/** Made by `provisionStreams`. */
function openOrders(bus: Bus): Promise<KV> {
  return bus.jetStream.views.kv(bus.subjects.ordersBucket, { bindOnly: true })
}

async function isSetIn(orders: KV, worker: string): Promise<boolean> {
  return (await orders.get(drainPrefix + worker))?.operation === "PUT"
}

/** The keys of a bucket and NATS' time; null when there is no such bucket. */
async function keysOf(bus: Bus, bucket: string): Promise<{ keys: string[]; at: number } | null> {
  const prefix = `$KV.${bucket}.`
  try {
    const info = await bus.manager.streams.info(`KV_${bucket}`, { subjects_filter: `${prefix}>` })
    const keys = Object.keys(info.state.subjects ?? {}).map((subject) => subject.slice(prefix.length))
    return { keys, at: info.ts === undefined ? Date.now() : Date.parse(info.ts) }
  } catch (error) {
    if (error instanceof Error && error.message === "stream not found") return null
    throw error
  }
}
