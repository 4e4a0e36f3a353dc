import type { Bus } from "@wildcat/shared/bus"
import { EventTooLarge, publishEvent, publishTask } from "@wildcat/shared/bus"
import { faultPoint, jittered, pause } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import { openEntry } from "../log/entry.ts"
import type { Entry, OutboxMark, SessionEvent } from "../log/entry.ts"
import { applyRows } from "./apply-rows.ts"
import { foldState } from "./fold.ts"

export interface PumpOptions {
  account: string
  bus: Bus
  store: Store
  box: SecretBox
  log: Logger
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
  /** Resolves when everything has been carried on. */
  idle(): Promise<void>
  /** Finishes what is under way and stops. The next owner goes on from there. */
  stop(): Promise<void>
}

const rowsMax = 100
/** Entries kept in memory while the pump is behind; older ones are read from MongoDB again. */
const heldMax = 200
const retryDelaysMs = [250, 500, 1_000, 2_000, 5_000]

export function createPump(options: PumpOptions): Pump {
  const held: { n: number; entry: Entry | null }[] = []
  let running: Promise<void> | null = null
  const stopping = new AbortController()

  const run = async () => {
    for (let failures = 0; held.length > 0 && !stopping.signal.aborted;) {
      try {
        const rows = held.slice(0, rowsMax)
        await carry(options, rows)
        held.splice(0, rows.length)
        failures = 0
      } catch (error) {
        failures += 1
        options.log.warn({ error, account: options.account, failures }, "pump.interrupted")
        await pause(jittered(retryDelaysMs, failures), stopping.signal)
      }
    }
    running = null
  }
  return {
    push(n, entry) {
      held.push({ n, entry: held.length < heldMax ? entry : null })
      running ??= run()
    },
    idle: async () => {
      await running
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function carry(options: PumpOptions, rows: readonly { n: number; entry: Entry | null }[]): Promise<void> {
  const { store, account } = options
  const entries = await Promise.all(
    rows.map(async ({ n, entry }) => ({ n, entry: entry ?? (await readEntry(options, n)) })),
  )
  await applyRows(
    store,
    account,
    entries.map(({ entry }) => entry),
  )
  options.recorded(entries.flatMap(({ entry }) => entry.outbox))
  const events = entries.flatMap(({ entry }) => entry.events)
  if (events.some(isOfMessage)) faultPoint("pump.after-messages-before-publish")
  for (const event of events) await publish(options, event)
  for (const task of entries.flatMap(({ entry }) => entry.tasks)) {
    await publishTask(options.bus, "media.fetch", task, task.media)
  }
  if (events.some(isOfMessage)) faultPoint("pump.after-publish-before-remove")
  await foldState(store, options.box, account, entries)
  await removeRows(options, entries.at(-1)?.n ?? 0)
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
 * Removes rows up to and including `n`. The last row of the log stays, so that numbers never start anew, and so does the
 * first row of each owner: the owner before it, should it wake up, writes under exactly this number and is refused.
 */
async function removeRows({ store, account }: PumpOptions, n: number): Promise<void> {
  const [later] = await store.collections.sessionLog
    .find({ account, n: { $gte: n } }, { projection: { n: 1 } })
    .sort({ n: -1 })
    .limit(1)
    .toArray()
  if (later === undefined) return
  const oldest = new Date(Date.now() - takeoverDays * 86_400_000)
  await store.collections.sessionLog.deleteMany({
    account,
    n: { $lt: Math.min(later.n, n + 1) },
    $or: [{ takeover: { $ne: true } }, { at: { $lt: oldest } }],
  })
}

async function readEntry({ store, box, account }: PumpOptions, n: number): Promise<Entry> {
  const row = await store.collections.sessionLog.findOne({ account, n })
  if (row === null) throw new Error("a row of the session log is gone before it was carried on")
  return openEntry(row.body.buffer, row._id, box)
}

function isOfMessage(event: SessionEvent): boolean {
  return event.type === "message.received" || event.type === "message.sent"
}
