import type { HandOver } from "@wildcat/shared/store"
import type { Peer } from "./liveness.ts"
import { preferredWorker, willingOf, withRoom } from "./placement.ts"

/** A session as the choice of moves sees it. */
export interface Movable {
  account: string
  /** Linked and connected: it can be moved without anyone waiting for a QR code. */
  isSettled: boolean
  /** When it last had something to do, by the process's clock, in milliseconds. */
  activeAt: number
}

export interface PlannedMove {
  account: string
  to: string
  why: HandOver["why"]
}

/**
 * Which sessions this worker gives to which others now, idle ones first, at most `movesMax`. A draining worker gives all
 * of them, but keeps them while no other takes any. Any other gives those that belong to a worker which has been there for a
 * while and has room: so a new worker gets its share, and one that keeps dying gets none.
 */
export function planMoves(options: {
  self: Peer
  peers: readonly Peer[]
  sessions: readonly Movable[]
  movesMax: number
  /** What a draining worker says. */
  why: HandOver["why"]
}): PlannedMove[] {
  const { self, peers } = options
  const isLeaving = self.isDraining && peers.some(({ isDraining }) => !isDraining)
  const room = new Map(peers.map(({ worker, room: free }) => [worker, free]))
  const planned: PlannedMove[] = []
  for (const { account, isSettled } of idleFirst(options.sessions)) {
    if (planned.length >= options.movesMax) break
    if (!isLeaving && !isSettled) continue
    const current = peers.map((peer) => ({ ...peer, room: room.get(peer.worker) ?? 0 }))
    const to = isLeaving ? preferredWorker(account, withRoom(willingOf(current))) : shareOf(account, self, current)
    if (to === null) continue
    room.set(to, (room.get(to) ?? 0) - 1)
    planned.push({ account, to, why: isLeaving ? options.why : "rebalanced" })
  }
  return planned
}

function idleFirst(sessions: readonly Movable[]): Movable[] {
  return sessions.toSorted((a, b) => Number(b.isSettled) - Number(a.isSettled) || a.activeAt - b.activeAt)
}

/** The other worker that the account belongs to, if it can have it. The room of others does not count: that would move it twice. */
function shareOf(account: string, self: Peer, peers: readonly Peer[]): string | null {
  const willing = willingOf([self, ...peers])
  const preferred = preferredWorker(
    account,
    willing.map(({ worker }) => worker),
  )
  const target = peers.find(({ worker }) => worker === preferred)
  const canHave = target !== undefined && target.isSteady && !target.isDraining && target.room > 0
  return canHave ? target.worker : null
}
