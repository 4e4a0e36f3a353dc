import { serveCommands } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { repeat } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { AccountDoc, Store } from "@wildcat/shared/store"
import { commandHandlers } from "../commands/index.ts"
import { Fenced } from "../log/append.ts"
import type { Session } from "../session/session.ts"
import { claim, release } from "./claim.ts"
import { decide } from "./decide.ts"
import type { Task } from "./decide.ts"
import { eraseAccount } from "./erase.ts"
import type { Liveness } from "./liveness.ts"

export interface SupervisorOptions {
  worker: string
  bus: Bus
  store: Store
  liveness: Liveness
  pollMs: number
  unownedMsMax: number
  sessionsMax: number
  /** Sessions that are being opened at a time: a first link costs a second of computing. */
  openingMax: number
  open(account: AccountDoc, epoch: number): Promise<Session>
  log: Logger
}

/** Makes what is wanted of the accounts true, as far as this worker may. */
export interface Supervisor {
  readonly sessions: number
  /** Looks at all accounts now. */
  look(): void
  /** Ends every session in order and gives its account up. */
  stop(): Promise<void>
}

interface Held {
  session: Session
  commands: { stop(): void }
}

type EndReason = "stopped" | "restart_required" | "connection_lost"

/** How long a deletion waits for WhatsApp before the account is erased all the same. */
const unlinkWaitMs = 20_000

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { store, worker, log } = options
  const held = new Map<string, Held>()
  /** Accounts that something is being done about. */
  const busy = new Set<string>()
  let opening = 0
  let stopping = false

  const lookAtAll = async () => {
    const heldBefore = [...held.values()]
    const accounts = await store.models.accounts
      .find({ $or: [{ desired: { $in: ["running", "deleted"] } }, { desired: "stopped", owner: { $ne: null } }] })
      .lean<AccountDoc[]>()
    for (const account of accounts) handle(account)
    const owned = new Map(accounts.map((account) => [account._id, account.owner?.epoch]))
    for (const { session } of heldBefore) {
      if (session.isDead || owned.get(session.account) !== session.epoch) void drop(session.account, session.epoch)
    }
  }
  const taskOf = (account: AccountDoc) =>
    decide(account, {
      worker,
      liveness: options.liveness,
      unownedMsMax: options.unownedMsMax,
      now: new Date(),
      hasSession: held.has(account._id),
      hasRoom: held.size < options.sessionsMax && opening < options.openingMax,
    })
  const handle = (account: AccountDoc) => {
    const id = account._id
    if (busy.has(id) || stopping || taskOf(account) === "nothing") return
    busy.add(id)
    void perform(id).finally(() => busy.delete(id))
  }
  /** Looks again before it acts: what was read may have been done about already. */
  const perform = async (id: string) => {
    try {
      const account = await store.models.accounts.findById(id).lean<AccountDoc | null>()
      const task = account === null ? "nothing" : taskOf(account)
      if (account !== null && task !== "nothing") await tasks[task](account)
    } catch (error) {
      if (error instanceof Fenced) log.info({ account: id }, "session.owned_by_another")
      else log.error({ error, account: id }, "account.task_failed")
    }
  }
  const tasks: Record<Exclude<Task, "nothing">, (account: AccountDoc) => Promise<void>> = {
    run: async (account) => {
      const former = held.get(account._id)
      if (former !== undefined) await end(account._id, former, "restart_required")
      await open(account)
    },
    stop: async (account) => {
      const current = held.get(account._id) ?? (await open(account, { idle: true }))
      if (current !== null) await close(account._id, current, "stopped")
    },
    erase: async (account) => {
      const current = held.get(account._id) ?? (await open(account, { idle: true }))
      if (current === null) return
      if (current.session.isLinked) runSession(current.session)
      await unlink(current.session)
      await close(account._id, current, "stopped")
      await eraseAccount(store, account._id)
      log.info({ account: account._id }, "account.erased")
    },
  }

  const open = async (account: AccountDoc, how: { idle?: boolean } = {}): Promise<Held | null> => {
    opening += 1
    try {
      const claimed = await claim(store, account, worker)
      if (claimed?.owner == null) return null
      const session = await options.open(claimed, claimed.owner.epoch)
      const commands = serveCommands(options.bus, {
        account: account._id,
        handlers: commandHandlers(session, store),
        log,
      })
      const entry = { session, commands }
      held.set(account._id, entry)
      void session.died.then(() => drop(account._id, session.epoch))
      log.info({ account: account._id, epoch: session.epoch }, "session.opened")
      if (how.idle !== true) runSession(session)
      return entry
    } finally {
      opening -= 1
    }
  }
  const runSession = (session: Session) => {
    session.run().catch((error: unknown) => {
      log.error({ error, account: session.account }, "session.failed")
      void drop(session.account, session.epoch)
    })
  }
  const close = async (id: string, entry: Held, reason: EndReason) => {
    await end(id, entry, reason)
    await release(store, id, entry.session.epoch)
  }
  /** Ends the session; the account stays this worker's. */
  const end = async (id: string, { session, commands }: Held, reason: EndReason) => {
    commands.stop()
    try {
      await session.stop(reason)
    } finally {
      held.delete(id)
    }
  }
  /** Lets go of a session that may not or cannot go on; the next look decides about the account anew. */
  const drop = async (id: string, epoch: number) => {
    const entry = held.get(id)
    if (entry === undefined || entry.session.epoch !== epoch || busy.has(id)) return
    busy.add(id)
    entry.commands.stop()
    await entry.session
      .stop("storage_unavailable")
      .catch((error: unknown) => log.warn({ error, account: id }, "session.stop_failed"))
    held.delete(id)
    busy.delete(id)
  }

  const looking = repeat({ name: "accounts", pauseMs: options.pollMs, work: lookAtAll, log })
  return {
    get sessions() {
      return held.size
    },
    look: () => {
      lookAtAll().catch((error: unknown) => log.warn({ error }, "accounts.not_read"))
    },
    async stop() {
      stopping = true
      await looking.stop()
      await Promise.allSettled([...held].map(([id, entry]) => close(id, entry, "connection_lost")))
    },
  }
}

/** Waits for the connection of a linked account, and removes the device at WhatsApp. */
async function unlink(session: Session): Promise<void> {
  const deadline = performance.now() + unlinkWaitMs
  while (session.isLinked && !session.isConnected && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  if (session.isLinked) await session.logOut()
}
