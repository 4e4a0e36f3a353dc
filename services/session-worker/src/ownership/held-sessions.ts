import { nudge, serveCommands } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import type { ReasonCode } from "@wildcat/shared/contracts"
import type { Logger } from "@wildcat/shared/runtime"
import type { AccountDoc, HandOver, Store } from "@wildcat/shared/store"
import { commandHandlers } from "../commands/index.ts"
import type { Session } from "../session/session.ts"
import { claim, release } from "./claim.ts"

export interface HeldSessionsOptions {
  worker: string
  bus: Bus
  store: Store
  open(account: AccountDoc, epoch: number): Promise<Session>
  /** It is not certain at the moment that this worker still owns what it holds: its commands are not carried out. */
  isDoubtful(): boolean
  /** A session has ended that was not to end: the account must be looked at again. */
  dropped(account: string): void
  log: Logger
}

/** The sessions of this process. */
export interface HeldSessions {
  readonly size: number
  has(account: string): boolean
  get(account: string): Session | undefined
  /** All that are not about to end. */
  all(): Session[]
  /** Claims the account and opens its session; null when another worker was faster. `idle`: without connecting. */
  open(account: AccountDoc, how?: { idle?: boolean }): Promise<Session | null>
  connect(session: Session): void
  /** Ends the session; the account stays this worker's. */
  end(session: Session, reason: ReasonCode): Promise<void>
  /** Ends the session and gives the account up: for another worker, if one is named, which is told at once. */
  giveUp(session: Session, reason: ReasonCode, handover: Omit<HandOver, "from" | "at"> | null): Promise<void>
  /** Lets go of a session that may not or cannot go on. */
  drop(session: Session): Promise<void>
}

interface Held {
  session: Session
  commands: { stop(): void }
  isEnding: boolean
}

export function createHeldSessions(options: HeldSessionsOptions): HeldSessions {
  const { store, bus, worker, log } = options
  const held = new Map<string, Held>()

  /** The account counts as held until all is done: nobody must open it again meanwhile. */
  const ending = async (session: Session, work: () => Promise<void>) => {
    const entry = held.get(session.account)
    if (entry === undefined || entry.session !== session || entry.isEnding) return
    entry.isEnding = true
    entry.commands.stop()
    try {
      await work()
    } finally {
      held.delete(session.account)
    }
  }
  const end = (session: Session, reason: ReasonCode) => ending(session, () => session.stop(reason))
  const drop = async (session: Session) => {
    const entry = held.get(session.account)
    if (entry === undefined || entry.session !== session || entry.isEnding) return
    await end(session, "storage_unavailable").catch((error: unknown) =>
      log.warn({ error, account: session.account }, "session.stop_failed"),
    )
    options.dropped(session.account)
  }
  const connect = (session: Session) => {
    session.run().catch((error: unknown) => {
      log.error({ error, account: session.account }, "session.failed")
      void drop(session)
    })
  }
  return {
    get size() {
      return held.size
    },
    has: (account) => held.has(account),
    get: (account) => held.get(account)?.session,
    all: () => [...held.values()].flatMap(({ session, isEnding }) => (isEnding ? [] : [session])),
    connect,
    end,
    drop,
    async open(account, how = {}) {
      const claimed = await claim(store, account, worker)
      if (claimed?.owner == null) return null
      const session = await options.open(claimed, claimed.owner.epoch)
      const handlers = commandHandlers(session, store)
      const isExpired = () => session.isDead || options.isDoubtful()
      const commands = serveCommands(bus, { account: account._id, handlers, isExpired, log })
      held.set(account._id, { session, commands, isEnding: false })
      void session.died.then(() => drop(session))
      log.info({ account: account._id, epoch: session.epoch, why: claimed.owner.why }, "session.opened")
      if (how.idle !== true) connect(session)
      return session
    },
    async giveUp(session, reason, handover) {
      const { account, epoch } = session
      const free = async () => {
        await release(store, account, { epoch, handover: handover && { ...handover, from: worker, at: new Date() } })
        if (handover === null) return
        log.info({ account, ...handover }, "session.handed_over")
        nudge(bus, bus.subjects.accountsNudge, [account])
      }
      await ending(session, () => session.stop(reason, free))
    },
  }
}
