import { appendFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { behaviours, startReceiver } from "@wildcat/testkit"
import { callWitness } from "./evidence.ts"
import type { Witness } from "./evidence.ts"
import { startGateway } from "./gateway.ts"
import type { Gateway } from "./gateway.ts"
import { drawUp, isClean } from "./ledger.ts"
import type { Evidence, Ledger } from "./ledger.ts"
import { planStorm } from "./plan.ts"
import type { Blow } from "./plan.ts"
import { createRandom } from "./random.ts"
import { settleTown } from "./town.ts"
import type { Town } from "./town.ts"
import { startTraffic } from "./traffic.ts"
import type { Traffic } from "./traffic.ts"

export interface StormOptions {
  seed: number
  kills: number
  /** How long the blows go on; they are spread over it at random. */
  seconds: number
  /** Where the processes' logs and, at the end, everything that was seen go. */
  logFolder: string
  /** Longest time that the gateway is given to come to rest. */
  settleMsMax: number
  tell(text: string): void
  /** Ends the blows early; the storm is settled and its ledger drawn up all the same. */
  enough?: AbortSignal
  /** Awaited before a gateway ends in which something is wrong. */
  unclean?(report: StormReport): Promise<void>
}

/** What a storm did, and the account of it. */
export interface StormReport {
  seed: number
  /** `<kind> <how>` → number of blows. */
  blows: Record<string, number>
  stormSeconds: number
  /** Until nothing was missing any more; null when something still was at the limit. */
  settleSeconds: number | null
  /** Processes that ended although nobody had struck them (they are started again). */
  ownEnds: Record<string, number>
  /** Logins at WhatsApp: how often sessions were opened anew. */
  logins: number
  pairings: number
  ledger: Ledger
}

/** Sets everything up, strikes it, lets it come to rest, and draws up the ledger. */
export async function storm(options: StormOptions): Promise<StormReport> {
  const receiver = await startReceiver()
  try {
    const gateway = await startGateway(options)
    try {
      const report = await stormOver(gateway, receiver, options)
      if (!isClean(report.ledger)) await options.unclean?.(report)
      return report
    } finally {
      await gateway.stop()
    }
  } finally {
    await receiver.stop()
  }
}

async function stormOver(
  gateway: Gateway,
  receiver: Awaited<ReturnType<typeof startReceiver>>,
  options: StormOptions,
): Promise<StormReport> {
  const town = await settleTown(gateway, receiver.url)
  receiver.behave(fickle(options.seed))
  const traffic = startTraffic(gateway, town, options.seed)
  options.tell(`seed ${options.seed}: ${options.kills} blows in about ${options.seconds} s …`)
  const began = performance.now()
  const blows = await strikeAll(gateway, options)
  const struck = performance.now()
  options.tell("the blows are over, settling …")
  receiver.behave(behaviours.status(204))
  const giveUp = AbortSignal.timeout(options.settleMsMax)
  await Promise.all(gateway.victims.map((victim) => victim.ready()))
  await traffic.end(giveUp)
  const witness = await callWitness(gateway, receiver)
  const { evidence, calm } = await rest({ witness, traffic, town, giveUp })
  const settled = performance.now()
  await witness.close()
  writeFileSync(join(options.logFolder, "evidence.json"), JSON.stringify(evidence))
  const { logins, pairings } = await gateway.simulator.counters()
  return {
    seed: options.seed,
    blows,
    stormSeconds: Math.round((struck - began) / 1_000),
    settleSeconds: calm ? Math.round((settled - struck) / 1_000) : null,
    ownEnds: Object.fromEntries(
      gateway.victims.filter(({ ownEnds }) => ownEnds.length > 0).map(({ name, ownEnds }) => [name, ownEnds.length]),
    ),
    logins,
    pairings,
    ledger: drawUp(evidence),
  }
}

/** The endpoint is not always well either. */
function fickle(seed: number) {
  const random = createRandom(seed + 1)
  const good = behaviours.status(204)
  const bad = behaviours.status(503)
  return (...request: Parameters<typeof good>) => (random.between(0, 20) < 1 ? bad : good)(...request)
}

/** Blows do not wait for each other; one for a process that is away waits until it is there. */
async function strikeAll(gateway: Gateway, options: StormOptions): Promise<Record<string, number>> {
  const paceMs = (options.seconds * 1_000) / Math.max(1, options.kills)
  const done: Record<string, number> = {}
  const under = new Set<Promise<void>>()
  const log = join(options.logFolder, "blows.log")
  let count = 0
  for (const blow of planStorm(createRandom(options.seed), { blows: options.kills, paceMs })) {
    await pause(blow.afterMs)
    if (options.enough?.aborted === true) break
    const key = `${blow.kind} ${blow.how}`
    done[key] = (done[key] ?? 0) + 1
    count += 1
    if (count % 50 === 0) options.tell(`${count} blows`)
    appendFileSync(log, `${new Date().toISOString()} ${key} ${blow.index} for ${Math.round(blow.lastsMs)} ms\n`)
    const striking = strike(gateway, blow).finally(() => under.delete(striking))
    under.add(striking)
  }
  await Promise.all(under)
  return done
}

async function strike(gateway: Gateway, blow: Blow): Promise<void> {
  const victim = gateway.victims.filter(({ kind }) => kind === blow.kind)[blow.index]
  if (victim === undefined) throw new Error(`there is no ${blow.kind} ${blow.index}`)
  await victim.strike(blow)
}

const lookPauseMs = 1_000
/** A clean ledger is believed after it has not changed for so many looks, one with faults after so many. */
const [calmLooks, vainLooks] = [2, 40]

/** Looks until the ledger has been the same for some looks, or until the limit. */
async function rest(parts: {
  witness: Witness
  traffic: Traffic
  town: Town
  giveUp: AbortSignal
}): Promise<{ evidence: Evidence; calm: boolean }> {
  let sameFor = 0
  let last = ""
  for (;;) {
    const evidence = await parts.witness.look(parts.traffic, parts.town)
    const ledger = drawUp(evidence)
    const now = JSON.stringify(ledger)
    sameFor = now === last ? sameFor + 1 : 0
    last = now
    if (isClean(ledger) && sameFor >= calmLooks) return { evidence, calm: true }
    if (sameFor >= vainLooks || parts.giveUp.aborted) return { evidence, calm: false }
    await pause(lookPauseMs)
  }
}
