import { randomUUID } from "node:crypto"
import { setTimeout as pause } from "node:timers/promises"
import { Binary } from "mongodb"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import { appendRow } from "./append.ts"
import { emptyEntry, rowId, sealEntry } from "./entry.ts"
import type { Change, Entry, EventDraft, SessionEvent } from "./entry.ts"
import { weightOf } from "./people-marks.ts"
import { passFaultPoints } from "./fault-points.ts"
import { mergeChanges } from "./state.ts"
import type { SessionState } from "./state.ts"
import { createWatermark } from "./watermark.ts"

/**
 * How long a change waits for company. A frame in the gate cuts it short, unless all that it waits for is `calm`: then it
 * leaves with the next commit. `lazy` changes start no commit of their own.
 */
const lingerMs = { soon: 20, calm: 20, lazy: 2_000 } as const
type Urgency = keyof typeof lingerMs
/** In a stream of received messages, each commit waits this long for more of them. One that stands alone waits for nothing. */
const gatherMs = 10
/** Of one commit: a row of MongoDB holds 16 MB at most. */
const commitChangesMax = 1_000
const commitBytesMax = 4 * 1024 * 1024
/** Uncommitted changes beyond which whoever makes more should wait. */
const pressureChanges = 256
const pressureBytes = 2 * 1024 * 1024

/** Number of a change that will never be durable. */
const never = Number.MAX_SAFE_INTEGER

/**
 * The write side of one session's log. Dead after a failed commit: what is staged then goes nowhere, as does every frame
 * behind it. (It does not throw: Baileys stages from places where nobody catches.)
 */
export interface SessionLog {
  /** Adds a change to the state and to the next commit. Returns its number. */
  stage(change: Change, urgency?: Urgency): number
  /** Nothing staged or sent from now on is released before what `work` stages is durable. */
  hold(work: () => Promise<void>): void
  /** The highest number given so far. */
  readonly staged: number
  /** Everything up to this number is durable. */
  readonly durable: number
  /** A frame waits: commits without waiting longer, unless it can. */
  hasten(): void
  /** Rejects when the log died before. */
  whenDurable(number: number): Promise<void>
  /** Resolves at once unless too much is waiting for its commit. */
  relieved(): Promise<void>
  onAdvance(listener: () => void): () => void
  /** Calls at once when the log is dead already. */
  onDeath(listener: (cause: unknown) => void): () => void
  readonly isDead: boolean
  /** When something was staged last that was not lazy, by `performance.now()`. */
  readonly activeAt: number
  /** Commits what is staged, then takes no more. */
  close(): Promise<void>
}

export interface SessionLogOptions {
  account: { id: string; tenant: string }
  epoch: number
  nonce: string
  /** Number of the last row that exists: our takeover. */
  lastRow: number
  state: SessionState
  store: Store
  box: SecretBox
  patienceMs: number
  log: Logger
  /** Called in order with each entry that has become durable. */
  committed(n: number, entry: Entry): void
}

export function newNonce(): string {
  return randomUUID()
}

export function createSessionLog(options: SessionLogOptions): SessionLog {
  const { account, state } = options
  const watermark = createWatermark()
  const waiting: { number: number; change: Change; events: SessionEvent[]; bytes: number; urgency: Urgency }[] = []
  const advanceListeners = new Set<() => void>()
  const deathListeners = new Set<(cause: unknown) => void>()
  let lastRow = options.lastRow
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let timerAt = Infinity
  let flushing = false
  let closed = false
  let activeAt = performance.now()
  let death: { cause: unknown } | null = null

  const die = (cause: unknown) => {
    if (death !== null) return
    death = { cause }
    waiting.length = 0
    for (const listener of Array.from(deathListeners)) listener(cause)
    advanced()
  }
  const advanced = () => {
    for (const listener of Array.from(advanceListeners)) listener()
  }
  const numbered = (drafts: readonly EventDraft[]): SessionEvent[] =>
    drafts.map((draft) => {
      const sequence = (state.get("meta", "sequence") ?? 0) + 1
      state.apply({ meta: { sequence } })
      return {
        specversion: "1.0",
        source: `/accounts/${account.id}`,
        datacontenttype: "application/json",
        tenant: account.tenant,
        account: account.id,
        sequence,
        ...draft,
      }
    })

  const schedule = (delayMs: number) => {
    const at = performance.now() + delayMs
    if (running !== null || at >= timerAt) return
    if (timer !== null) clearTimeout(timer)
    timerAt = at
    timer = setTimeout(start, delayMs)
  }
  const start = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    timerAt = Infinity
    if (running !== null) return
    if (death !== null || waiting.length === 0) {
      flushing = false
      return
    }
    running = commitAll().finally(() => {
      running = null
      if (waiting.length > 0) schedule(lingerMs.soon)
    })
  }
  const commitAll = async () => {
    do {
      flushing = false
      const received = await commitSome()
      if (flushing && received) await pause(gatherMs)
    } while (flushing && waiting.length > 0)
  }
  /** True when a message from outside was among it. */
  const commitSome = async (): Promise<boolean> => {
    const taken = take(waiting)
    const last = taken.at(-1)
    if (last === undefined) return false
    const entry = mergeEntries(taken, state)
    passFaultPoints(entry, "after-staging-before-commit")
    try {
      await append(entry)
    } catch (error) {
      die(error)
      return false
    }
    const received = entry.messages.some((message) => message.source !== "api")
    if (received) faultPoint("inbound.after-commit-before-receipt")
    passFaultPoints(entry, "after-commit-before-answer")
    if (entry.outbox.some(({ status }) => status === "sending")) faultPoint("outbound.after-commit-before-frame")
    watermark.commit(last.number)
    options.committed(lastRow, entry)
    advanced()
    return received
  }
  const append = async (entry: Entry) => {
    const n = lastRow + 1
    const _id = rowId(account.id, n)
    const body = new Binary(sealEntry(entry, _id, options.box))
    const { epoch, nonce: owner } = options
    await appendRow(
      options.store,
      { _id, account: account.id, n, epoch, owner, at: new Date(), body },
      options.patienceMs,
    )
    lastRow = n
  }

  const isDirty = () => death === null && waiting.length > 0
  const flush = () => {
    if (!flushing && running === null) setImmediate(start)
    flushing = true
  }
  const whenDurable = async (number: number) => {
    if (watermark.durable >= number) return
    if (death !== null) throw new Error("the session log is dead", { cause: death.cause })
    if (number === never) throw new Error("the session log is closed")
    flush()
    await new Promise<void>((resolve, reject) => {
      const check = () => {
        if (death === null && watermark.durable < number) return
        advanceListeners.delete(check)
        if (death === null) resolve()
        else reject(new Error("the session log died", { cause: death.cause }))
      }
      advanceListeners.add(check)
    })
  }

  return {
    stage(change, urgency = "soon") {
      if (death !== null || closed) return never
      if (urgency !== "lazy") activeAt = performance.now()
      if (change.state !== undefined) state.apply(change.state)
      const events = numbered(change.events ?? [])
      const number = watermark.next()
      waiting.push({ number, change, events, bytes: sizeOf(change), urgency })
      schedule(lingerMs[urgency])
      return number
    },
    hold(work) {
      if (death !== null || closed) return
      const release = watermark.hold()
      work().then(() => {
        release()
        advanced()
      }, die)
    },
    get staged() {
      return watermark.last
    },
    get durable() {
      return watermark.durable
    },
    hasten() {
      const has = (urgency: Urgency) => waiting.some((each) => each.urgency === urgency)
      if (has("soon") || !has("calm")) flush()
    },
    whenDurable,
    async relieved() {
      const last = waiting.at(-1)
      if (last === undefined) return
      const bytes = waiting.reduce((sum, each) => sum + each.bytes, 0)
      if (waiting.length > pressureChanges || bytes > pressureBytes) await whenDurable(last.number)
    },
    onAdvance(listener) {
      advanceListeners.add(listener)
      return () => advanceListeners.delete(listener)
    },
    onDeath(listener) {
      if (death === null) deathListeners.add(listener)
      else listener(death.cause)
      return () => deathListeners.delete(listener)
    },
    get isDead() {
      return death !== null
    },
    get activeAt() {
      return activeAt
    },
    async close() {
      closed = true
      while (isDirty()) {
        start()
        await running
      }
      if (timer !== null) clearTimeout(timer)
    },
  }
}

/** Removes from the front what fits in one commit. */
function take<T extends { bytes: number }>(waiting: T[]): T[] {
  let bytes = 0
  const count = waiting.findIndex((each, index) => {
    bytes += each.bytes
    return index > 0 && (bytes > commitBytesMax || index >= commitChangesMax)
  })
  return waiting.splice(0, count < 0 ? waiting.length : count)
}

function mergeEntries(taken: readonly { change: Change; events: SessionEvent[] }[], state: SessionState): Entry {
  const entry = emptyEntry()
  for (const { change, events } of taken) {
    mergeChanges(entry.state, change.state ?? {})
    entry.messages.push(...(change.messages ?? []))
    entry.recovered.push(...(change.recovered ?? []))
    entry.past.push(...(change.past ?? []))
    entry.chats.push(...(change.chats ?? []))
    entry.flags.push(...(change.flags ?? []))
    entry.actions.push(...(change.actions ?? []))
    entry.marks.push(...(change.marks ?? []))
    entry.outbox.push(...(change.outbox ?? []))
    entry.tasks.push(...(change.tasks ?? []))
    entry.groups.push(...(change.groups ?? []))
    entry.contacts.push(...(change.contacts ?? []))
    entry.events.push(...events)
    if (change.account !== undefined) entry.account = change.account
    if (change.restriction !== undefined) entry.restriction = { at: new Date(), now: change.restriction }
  }
  const last = entry.events.at(-1)
  if (last !== undefined) mergeChanges(entry.state, { meta: { sequence: last.sequence } })
  // Baileys goes on changing this very object: what is committed is its state now, which is what is in memory, too.
  const creds = state.get("creds", "creds")
  if (entry.state.creds !== undefined && creds !== undefined) entry.state.creds = { creds }
  return entry
}

/** A rough measure: large are only protobufs and plain texts. */
function sizeOf(change: Change): number {
  const messages = [...(change.messages ?? []), ...(change.past ?? [])].reduce(
    (sum, message) => sum + (message.raw?.length() ?? 0) * 2,
    0,
  )
  const memos = Object.values(change.state?.inbox ?? {}).reduce((sum, memo) => sum + (memo?.plain.length ?? 0), 0)
  return 1_000 + messages + memos + weightOf(change.groups)
}
