import type { WorkerBeat } from "@wildcat/shared/bus"

/** A worker that lives, as others see it. */
export interface Peer {
  worker: string
  isDraining: boolean
  /** Sessions that it can take. */
  room: number
  /** When it told of its room, by our clock. */
  heardAt: number
  /** It has been heard for longer than the limit: it is not just trying to start. */
  isSteady: boolean
}

/** Which workers live, by our own monotonic clock. */
export interface Liveness {
  /**
   * For how long it has been silent beyond the limit, in milliseconds; negative while it counts as living. While we do
   * not hear our own beats, nobody is judged: it is we who are cut off, or NATS is away. Afterwards all have a full limit.
   */
  overdueMs(worker: string): number
  /** The others that were heard within the limit. */
  peers(): Peer[]
  /** We hear our own beats: others hear us, too, and have not taken our sessions for silence. */
  isInTouch(): boolean
}

export interface LivenessWatch extends Liveness {
  heard(worker: string, beat: Pick<WorkerBeat, "sessions" | "capacity" | "draining">): void
  /** It has left in order: nobody needs to wait for its silence. */
  gone(worker: string): void
}

interface Signs {
  since: number
  at: number
  goneAt: number | null
  beat: Pick<WorkerBeat, "sessions" | "capacity" | "draining">
}

/** Beats come four times per limit: one that is missing is no gap yet. */
const gapShare = 0.7
/** Names of workers are forgotten after this many limits, so that those of past pods do not gather. */
const forgottenLimits = 20

export function createLiveness(options: { worker: string; limitMs: number; now?: () => number }): LivenessWatch {
  const { worker: own, limitMs, now = () => performance.now() } = options
  const signs = new Map<string, Signs>()
  let ownAt = now()
  /** Since when we hear without a gap. */
  let hearingSince = ownAt
  const isHearing = () => now() - ownAt <= limitMs * gapShare
  const silenceMs = (worker: string) => {
    const sign = signs.get(worker)
    if (sign?.goneAt != null) return limitMs + (now() - sign.goneAt)
    return now() - Math.max(sign?.at ?? hearingSince, hearingSince)
  }
  const overdueMs = (worker: string) => {
    const silence = silenceMs(worker)
    return isHearing() ? silence - limitMs : Math.min(-1, silence - limitMs)
  }
  const isThere = (worker: string) => signs.get(worker)?.goneAt == null && silenceMs(worker) <= limitMs
  const forget = () => {
    for (const [worker, { at }] of signs) if (now() - at > limitMs * forgottenLimits) signs.delete(worker)
  }
  return {
    overdueMs,
    isInTouch: () => now() - ownAt <= limitMs,
    peers: () =>
      [...signs.keys()].filter(isThere).map((worker) => {
        const { beat, since, at } = signs.get(worker) ?? never
        const room = beat.capacity - beat.sessions
        return { worker, isDraining: beat.draining, room, heardAt: at, isSteady: now() - since > limitMs }
      }),
    heard(worker, beat) {
      const at = now()
      if (worker === own) {
        if (!isHearing()) hearingSince = at
        ownAt = at
        return
      }
      const before = signs.get(worker)
      const isBack = before === undefined || before.goneAt !== null || at - before.at > limitMs
      signs.set(worker, { since: isBack ? at : before.since, at, goneAt: null, beat })
      forget()
    },
    gone(worker) {
      const before = signs.get(worker) ?? never
      if (worker !== own) signs.set(worker, { ...before, at: now(), goneAt: before.goneAt ?? now() })
    },
  }
}

const never: Signs = { since: 0, at: 0, goneAt: null, beat: { sessions: 0, capacity: 0, draining: true } }
