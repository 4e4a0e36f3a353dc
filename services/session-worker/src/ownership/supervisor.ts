import { createTurns, repeat } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { Bus } from "@wildcat/shared/bus"
import type { AccountDoc, HandOver, Store } from "@wildcat/shared/store"
import { Fenced } from "../log/append.ts"
import type { Session } from "../session/session.ts"
import { within } from "../session/within.ts"
import { release } from "./claim.ts"
import { decide } from "./decide.ts"
import type { Task } from "./decide.ts"
import { eraseAccount } from "./erase.ts"
import { createHandOvers } from "./hand-over.ts"
import { createHeldSessions } from "./held-sessions.ts"
import type { Liveness, Peer } from "./liveness.ts"

export interface SupervisorOptions {
  worker: string
  bus: Bus
  store: Store
  liveness: Liveness
  /** This worker is to give its sessions away and takes none. */
  isDraining(): boolean
  pollMs: number
  unownedMsMax: number
  sessionsMax: number
  /** Sessions that are taken over at a time; the others wait for their turn. */
  openingMax: number
  /** Sessions that move to other workers at a time. */
  movesMax: number
  open(account: AccountDoc, epoch: number): Promise<Session>
  log: Logger
}

/** Makes what is wanted of the accounts true, as far as this worker may. */
export interface Supervisor {
  /** Sessions that it has or is about to open. */
  readonly sessions: number
  /** Looks at these accounts now; at all when none is named. */
  look(accounts?: readonly string[]): void
  /** Ends every session in order and gives its account up, to another worker where there is one that takes it. */
  stop(why: HandOver["why"]): Promise<void>
}

/** How long a deletion waits for WhatsApp before the account is erased all the same. */
const unlinkWaitMs = 20_000
/** How long an ending worker gives its sessions away one after the other; then it ends the rest at once. */
const giveAwayMs = 10_000
/** How long an ending worker waits for what is being opened or closed. */
const taskWaitMs = 5_000

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { store, worker, liveness, log } = options
  /** Accounts that something is being done about or waits to be done. */
  const busy = new Map<string, Promise<void>>()
  const turns = createTurns(options.openingMax)
  let opening = 0
  let stopping: HandOver["why"] | null = null
  /** What this worker holds may have been taken meanwhile: nothing is done on command before a look has shown it has not. */
  let isDoubtful = false

  const held = createHeldSessions({
    worker,
    bus: options.bus,
    store,
    open: options.open,
    isDoubtful: () => {
      if (!liveness.isInTouch()) doubt()
      return isDoubtful
    },
    dropped: (account) => look([account]),
    log,
  })
  const self = (): Peer => ({
    worker,
    isDraining: stopping !== null || options.isDraining(),
    room: options.sessionsMax - held.size - opening,
    heardAt: performance.now(),
    isSteady: true,
  })
  const handOvers = createHandOvers({
    store,
    held,
    liveness,
    self,
    why: () => stopping ?? "drained",
    movesMax: options.movesMax,
    log,
  })

  const lookAt = async (ids: readonly string[]) => {
    const heldBefore = held.all().filter(({ account }) => ids.length === 0 || ids.includes(account))
    const accounts = await readAccounts(store, ids)
    for (const account of accounts) handle(account)
    for (const account of accounts) held.get(account._id)?.configure(account)
    const owned = new Map(accounts.map((account) => [account._id, account.owner?.epoch]))
    for (const session of heldBefore) {
      if ((session.isDead || owned.get(session.account) !== session.epoch) && !busy.has(session.account)) {
        void held.drop(session)
      }
    }
  }
  const lookAtAll = async () => {
    await lookAt([])
    if (liveness.isInTouch()) isDoubtful = false
    if (stopping === null) handOvers.consider()
  }
  const look = (ids: readonly string[] = []) => {
    if (stopping !== null) return
    const looked = ids.length === 0 ? lookAtAll() : lookAt(ids)
    looked.catch((error: unknown) => log.warn({ error }, "accounts.not_read"))
  }
  const doubt = () => {
    if (isDoubtful) return
    isDoubtful = true
    log.warn({}, "ownership.doubtful")
    look()
  }
  const taskOf = (account: AccountDoc) =>
    decide(account, {
      self: self(),
      liveness,
      unownedMsMax: options.unownedMsMax,
      now: new Date(),
      hasSession: held.has(account._id),
    })
  const handle = (account: AccountDoc) => {
    const id = account._id
    const task = taskOf(account)
    if (busy.has(id) || stopping !== null || task === "nothing") return
    busy.set(
      id,
      perform(id, task).finally(() => busy.delete(id)),
    )
  }
  /** Looks again when its turn has come, before it acts: what was read may have been done about already. */
  const perform = async (id: string, wanted: Task) => {
    const turn = wanted === "run" ? await turns.take() : null
    try {
      if (stopping !== null) return
      const account = await store.models.accounts.findById(id).lean<AccountDoc | null>()
      const task = account === null ? "nothing" : taskOf(account)
      if (account !== null && task !== "nothing") await tasks[task](account)
    } catch (error) {
      if (error instanceof Fenced) log.info({ account: id }, "session.owned_by_another")
      else log.error({ error, account: id }, "account.task_failed")
    } finally {
      turn?.()
    }
  }
  const tasks: Record<Exclude<Task, "nothing">, (account: AccountDoc) => Promise<void>> = {
    run: async (account) => {
      const former = held.get(account._id)
      if (former !== undefined) await held.end(former, "restart_required")
      await open(account)
    },
    stop: async (account) => {
      const current = held.get(account._id) ?? (await open(account, { idle: true }))
      if (current !== null) await held.giveUp(current, "stopped", null)
    },
    erase: async (account) => {
      const current = held.get(account._id) ?? (await open(account, { idle: true }))
      if (current === null) return
      if (current.isLinked) held.connect(current)
      await unlink(current)
      await held.giveUp(current, "stopped", null)
      await eraseAccount(store, account._id)
      log.info({ account: account._id }, "account.erased")
    },
    yield: async (account) => {
      const handover = { from: worker, to: null, why: "drained", at: new Date() } as const
      await release(store, account._id, { epoch: account.owner?.epoch ?? 0, handover })
    },
  }
  const open = async (account: AccountDoc, how: { idle?: boolean } = {}) => {
    opening += 1
    try {
      return await held.open(account, how)
    } finally {
      opening -= 1
    }
  }

  const looking = repeat({ name: "accounts", pauseMs: options.pollMs, work: lookAtAll, log })
  return {
    get sessions() {
      return held.size + opening
    },
    look,
    async stop(why) {
      stopping = why
      await looking.stop()
      await handOvers.stop()
      await within(taskWaitMs, Promise.allSettled(busy.values()))
      await handOvers.giveAll(giveAwayMs)
      await Promise.allSettled(held.all().map((session) => held.giveUp(session, "connection_lost", { to: null, why })))
    },
  }
}

/** The accounts that may need something; without what no decision needs. */
async function readAccounts(store: Store, ids: readonly string[]): Promise<AccountDoc[]> {
  return store.models.accounts
    .find(
      {
        $or: [{ desired: { $in: ["running", "deleted"] } }, { desired: "stopped", owner: { $ne: null } }],
        ...(ids.length === 0 ? {} : { _id: { $in: [...ids] } }),
      },
      { moves: 0 },
    )
    .lean<AccountDoc[]>()
}

/** Waits for the connection of a linked account, and removes the device at WhatsApp. */
async function unlink(session: Session): Promise<void> {
  const deadline = performance.now() + unlinkWaitMs
  while (session.isLinked && !session.isConnected && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (session.isLinked) await session.logOut()
}
