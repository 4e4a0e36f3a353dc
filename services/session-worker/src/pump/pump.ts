import type { Bus } from "@wildcat/shared/bus"
import { EventTooLarge, publishEvent, publishTask } from "@wildcat/shared/bus"
import { faultPoint, jittered, pause } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import type { Actions } from "../actions/carry-out.ts"
import { openEntry } from "../log/entry.ts"
import type { Entry, OutboxMark, SessionEvent } from "../log/entry.ts"
import { applyRows } from "./apply-rows.ts"
import type { KeptChats } from "./chats/kept-chats.ts"
import { inOrder } from "./in-order.ts"
import { foldState } from "./fold.ts"

export interface PumpOptions {
  actions: Actions
  account: string
  tenant: string
  bus: Bus
  store: Store
  box: SecretBox
  log: Logger
  /** Events that are on their way to the stream at a time. */
  publishesMax: number
  /** The account's chats as this pump wrote them last. */
  keptChats: KeptChats
  /** The outbox shows these states now. */
  recorded(marks: readonly OutboxMark[]): void
}

/**
 * Carries the log of one account on, in order: to `messages` and the outbox, to the events stream and the media queue,
 * to `authStates`. Then it removes the rows; the last one always stays, since it is what fences earlier owners.
 * Events come from here only. What fails is tried again until it succeeds, so nothing is skipped and nothing overtakes.
 */
export interface Pump {
  push(n: number, entry: Entry): void
  /** Resolves when everything that was pushed so far can be read in MongoDB. */
  written(): Promise<void>
  /** Resolves when everything has been told: what is left is to fold and remove rows, which another owner may see. */
  told(): Promise<void>
  /** Resolves when everything has been carried on. */
  idle(): Promise<void>
  /** Finishes what is under way and stops. The next owner goes on from there. */
  stop(): Promise<void>
}

const rowsMax = 100
/** Entries kept in memory while the pump is behind; older ones are read from MongoDB again. */
const heldMax = 200
/** What can wait, and what comes while rows are carried on, waits this long for company: a batch costs hardly more than a row. */
const gatherMs = 25
/** Rows are folded and removed this long after they were told: many at a time, and never in the way of the next event. */
const tidyDelayMs = 1_000
const retryDelaysMs = [250, 500, 1_000, 2_000, 5_000]

interface Row {
  n: number
  entry: Entry
}

export function createPump(options: PumpOptions): Pump {
  const held: { n: number; entry: Entry | null }[] = []
  /** Told, but not folded yet. */
  const told: Row[] = []
  const listeners = new Set<() => void>()
  const stopping = new AbortController()
  let running: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let tidyDue = false
  let quiet: NodeJS.Timeout | null = null
  let writtenN = 0
  let lastPushed = 0
  const readers = new Set<() => void>()
  const written = (n: number) => {
    writtenN = n
    for (const check of Array.from(readers)) check()
  }

  const tellSome = async () => {
    const some = held.slice(0, rowsMax)
    const rows = await Promise.all(
      some.map(async ({ n, entry }) => ({ n, entry: entry ?? (await readEntry(options, n)) })),
    )
    await tell(options, rows, written)
    held.splice(0, some.length)
    told.push(...rows)
    if (held.length > 0) return
    for (const resolve of listeners) resolve()
    listeners.clear()
  }
  const tidyAll = async () => {
    const rows = Array.from(told)
    if (rows.length > 0) await tidy(options, rows, lastPushed)
    told.splice(0, rows.length)
    tidyDue = false
  }
  const hasWork = () => (held.length > 0 || tidyDue) && !stopping.signal.aborted
  const work = async () => {
    for (let failures = 0; hasWork();) {
      try {
        if (held.length > 0) await tellSome()
        if (held.length > 0) await pause(gatherMs, stopping.signal)
        if (tidyDue || told.length >= rowsMax) await tidyAll()
        failures = 0
      } catch (error) {
        failures += 1
        options.log.warn({ error, failures }, "pump.interrupted")
        await pause(jittered(retryDelaysMs, failures), stopping.signal)
      }
    }
  }
  const start = () => {
    if (quiet !== null) clearTimeout(quiet)
    quiet = null
    if (running !== null || !hasWork()) return
    running = work().finally(() => {
      running = null
      if (told.length > 0) timer ??= setTimeout(tidyNow, tidyDelayMs)
      start()
    })
  }
  const tidyNow = () => {
    timer = null
    tidyDue = true
    start()
  }
  return {
    push(n, entry) {
      lastPushed = n
      held.push({ n, entry: held.length < heldMax ? entry : null })
      if (isQuiet(entry)) quiet ??= setTimeout(start, gatherMs)
      else start()
    },
    async told() {
      if (held.length === 0) return
      start()
      await new Promise<void>((resolve) => listeners.add(resolve))
    },
    async written() {
      start()
      const last = held.at(-1)?.n ?? 0
      await new Promise<void>((resolve) => {
        const check = () => {
          if (writtenN < last) return
          readers.delete(check)
          resolve()
        }
        readers.add(check)
        check()
      })
    },
    async idle() {
      tidyNow()
      while (running !== null) await running
    },
    async stop() {
      stopping.abort()
      await running
      for (const each of [timer, quiet]) if (each !== null) clearTimeout(each)
    },
  }
}

/** How far sends have come, and that alone: whoever sent has an answer already. */
function isQuiet({ events, tasks, account }: Entry): boolean {
  return account === null && tasks.length === 0 && events.every(({ type }) => quietTypes.has(type))
}

const quietTypes: ReadonlySet<string> = new Set(["message.sent", "message.status"])

/** Makes rows known: in MongoDB first, then as events and tasks. Doing it again changes nothing: all of it has its id. */
async function tell(options: PumpOptions, rows: readonly Row[], written: (n: number) => void): Promise<void> {
  const entries = rows.map(({ entry }) => entry)
  await applyRows(options.store, options, rows, options.keptChats)
  await options.actions.carryOut(entries)
  written(rows.at(-1)?.n ?? 0)
  options.recorded(entries.flatMap((entry) => entry.outbox))
  const events = entries.flatMap((entry) => entry.events)
  if (events.some(isOfMessage)) faultPoint("pump.after-messages-before-publish")
  await inOrder(events, options.publishesMax, (event) => publish(options, event))
  for (const task of entries.flatMap((entry) => entry.tasks)) {
    await publishTask(options.bus, "media.fetch", task, task.media)
  }
  if (events.some(isOfMessage)) faultPoint("pump.after-publish-before-remove")
}

/** Folds the state of rows that have been told, and removes them. */
async function tidy(options: PumpOptions, rows: readonly Row[], lastOfLog: number): Promise<void> {
  await foldState(options.store, options.box, options.account, rows)
  const last = rows.at(-1)?.n ?? 0
  await removeRows(options, Math.min(last, lastOfLog - 1))
}

async function publish({ bus, log }: PumpOptions, event: SessionEvent): Promise<void> {
  try {
    await publishEvent(bus, event)
  } catch (error) {
    // A bug of ours that trying again does not cure; the message itself is in MongoDB.
    if (!(error instanceof EventTooLarge)) throw error
    log.error({ error, event: event.id, type: event.type }, "event.too_large")
  }
}

/** An owner that was frozen for longer than this has been ended by its machine. */
const takeoverDays = 7

/**
 * Removes rows up to and including `n`, which is not the last of the log: that one stays, so that numbers never start anew.
 * So does the first row of each owner: the owner before it, should it wake up, writes under exactly this number and is
 * refused.
 */
async function removeRows({ store, account }: PumpOptions, n: number): Promise<void> {
  const oldest = new Date(Date.now() - takeoverDays * 86_400_000)
  const isFence = { takeover: true as const, at: { $gte: oldest } }
  await store.collections.sessionLog.deleteMany({ account, n: { $lte: n }, $nor: [isFence] })
}

async function readEntry({ store, box, account }: PumpOptions, n: number): Promise<Entry> {
  const row = await store.collections.sessionLog.findOne({ account, n })
  if (row === null) throw new Error("a row of the session log is gone before it was carried on")
  return openEntry(row.body.buffer, row._id, box)
}

function isOfMessage(event: SessionEvent): boolean {
  return event.type === "message.received" || event.type === "message.sent"
}
