import { orderDrain, readDrains, readWorkers } from "@wildcat/shared/bus"
import type { Undecryptable } from "@wildcat/shared/bus"
import { WildcatError } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import { firstTenant } from "../keys/first-key.ts"
import type { Parts } from "./parts.ts"

/** A session worker; null for what is not known of one that does not run. */
export interface WorkerState {
  id: string
  alive: boolean
  since: string | null
  beatAgeMs: number | null
  sessions: number | null
  capacity: number | null
  rssBytes: number | null
  undecryptable: Undecryptable | null
  draining: boolean
  drainOrdered: boolean
}

/** The workers of the installation. They are its operator's, the first tenant: for any other caller there are none. */
export function workersOf(parts: Parts, caller: Caller) {
  const isOperator = caller.tenant === firstTenant && caller.account === null

  /** Those that were heard lately and those that are to drain. Throws `dependency_unavailable` without NATS. */
  const list = async (): Promise<WorkerState[]> => {
    if (!isOperator) return []
    if ((await parts.bus.check()) !== null) {
      throw new WildcatError("dependency_unavailable", { detail: "the message bus is not available" })
    }
    const [seen, drains] = await Promise.all([readWorkers(parts.bus), readDrains(parts.bus)])
    const known = seen.map(({ name, beat, beatAgeMs, isAlive }) => {
      const { since, sessions, capacity, rssBytes, undecryptable } = beat
      const load = { since, beatAgeMs, sessions, capacity, rssBytes, undecryptable }
      const drainOrdered = drains.includes(name)
      return { id: name, alive: isAlive, ...load, draining: drainOrdered || beat.draining, drainOrdered }
    })
    const others = drains.filter((id) => known.every((worker) => worker.id !== id)).map(awaited)
    return [...known, ...others].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }
  const get = async (id: string): Promise<WorkerState> => {
    const found = (await list()).find((worker) => worker.id === id)
    if (found === undefined) throw notFound("worker")
    return found
  }
  return {
    list,

    /** The caller's accounts whose session a worker has. */
    async accounts(id: string, { limit, cursor }: PageRequest): Promise<Page<AccountDoc>> {
      const after = decodeCursor(cursor)
      await get(id)
      const found = await parts.store.models.accounts
        .find({ tenant: caller.tenant, "owner.worker": id, ...(after ? { _id: { $gt: after[1] } } : {}) })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .lean<AccountDoc[]>()
      return pageFrom(found, limit, (account) => [0, account._id])
    },

    /** Orders a worker to give its sessions away, or takes the order back. */
    async drain(id: string, isWanted: boolean): Promise<WorkerState> {
      const worker = await get(id)
      await orderDrain(parts.bus, id, isWanted)
      return { ...worker, drainOrdered: isWanted, draining: isWanted || (worker.draining && !worker.drainOrdered) }
    },
  }
}

function awaited(id: string): WorkerState {
  const load = { sessions: null, capacity: null, rssBytes: null, undecryptable: null }
  return { id, alive: false, since: null, beatAgeMs: null, ...load, draining: true, drainOrdered: true }
}
