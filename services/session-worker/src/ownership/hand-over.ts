import { pause } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { AccountDoc, HandOver, Store } from "@wildcat/shared/store"
import type { Session } from "../session/session.ts"
import type { HeldSessions } from "./held-sessions.ts"
import type { Liveness, Peer } from "./liveness.ts"
import { planMoves } from "./moves.ts"
import type { PlannedMove } from "./moves.ts"

export interface HandOverOptions {
  store: Store
  held: HeldSessions
  liveness: Liveness
  /** This worker as the others see it. */
  self(): Peer
  /** What a draining worker says. */
  why(): HandOver["why"]
  /** Sessions that move at a time. */
  movesMax: number
  log: Logger
}

/** Gives sessions to other workers, a few at a time: the next one goes when one has arrived. */
export interface HandOvers {
  /** Begins moves that are due now, unless some are under way. A draining worker goes on until it has none left. */
  consider(): void
  /** Gives all away as long as the time lasts. */
  giveAll(limitMs: number): Promise<void>
  stop(): Promise<void>
}

/** The longest that a move counts as under way: the new owner may have other things to do. */
const arrivalWaitMs = 10_000
const arrivalLookMs = 100
/** What a move takes at most on a machine that is not overloaded: a worker with little time moves more at a time. */
const moveMs = 500

export function createHandOvers(options: HandOverOptions): HandOvers {
  const { held, liveness, store, log } = options
  const stopping = new AbortController()
  let running: Promise<void> | null = null

  /** Moves that their targets' last heartbeats do not count yet. */
  const given = new Set<{ to: string; endedAt: number }>()
  const peersNow = () => {
    const peers = liveness.peers()
    for (const move of given) {
      const peer = peers.find(({ worker }) => worker === move.to)
      if (peer === undefined || move.endedAt < peer.heardAt) given.delete(move)
      else peer.room -= 1
    }
    return peers
  }
  const planned = (movesMax: number): PlannedMove[] => {
    if (!liveness.isInTouch()) return []
    const sessions = held.all().map((session) => ({
      account: session.account,
      isSettled: session.isConnected,
      activeAt: session.activeAt,
    }))
    const { why, self } = options
    return planMoves({ self: self(), peers: peersNow(), sessions, movesMax, why: why() })
  }
  const move = async ({ account, to, why }: PlannedMove, signal: AbortSignal) => {
    const session = held.get(account)
    if (session === undefined) return
    const counted = { to, endedAt: Infinity }
    given.add(counted)
    try {
      await held.giveUp(session, "handed_over", { to, why })
      await arrived(store, session, signal)
    } catch (error) {
      log.warn({ error, account }, "session.not_handed_over")
    } finally {
      counted.endedAt = performance.now()
    }
  }
  /** Moves what is due; a lane takes the next as soon as its last one has arrived. */
  const moveAll = async (signal: AbortSignal, movesMax = options.movesMax) => {
    const under = new Map<string, Promise<void>>()
    for (let first = true; !signal.aborted; first = false) {
      const due = planned(movesMax).filter(({ account, why }) => !under.has(account) && (first || why !== "rebalanced"))
      for (const next of due.slice(0, Math.max(0, movesMax - under.size))) {
        under.set(
          next.account,
          move(next, signal).finally(() => under.delete(next.account)),
        )
      }
      if (under.size === 0) return
      await Promise.race(under.values())
    }
    await Promise.all(under.values())
  }
  return {
    consider() {
      if (running !== null || stopping.signal.aborted) return
      running = moveAll(stopping.signal)
        .catch((error: unknown) => log.error({ error }, "moves.interrupted"))
        .finally(() => (running = null))
    },
    async giveAll(limitMs) {
      await running
      await moveAll(AbortSignal.timeout(limitMs), Math.max(options.movesMax, Math.ceil((held.size * moveMs) / limitMs)))
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Waits until the new owner has connected it, or it turns out that there is nothing to wait for. */
async function arrived(store: Store, { account, epoch }: Session, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + arrivalWaitMs
  while (!signal.aborted && performance.now() < deadline) {
    const now = await store.models.accounts
      .findById(account, { owner: 1, status: 1, desired: 1 })
      .lean<Pick<AccountDoc, "owner" | "status" | "desired"> | null>()
    if (now === null || now.desired !== "running") return
    const isThere = now.owner !== null && now.owner.epoch > epoch
    if (isThere && now.status !== "disconnected" && now.status !== "connecting") return
    await pause(arrivalLookMs, signal)
  }
}
