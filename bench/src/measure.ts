import type { SimulatorClient } from "@wildcat/whatsapp-simulator/client"
import { z } from "zod"
import type { Contender } from "./contender.ts"

/** What was measured; the same code measures all contenders. */
export const Result = z.object({
  name: z.string(),
  perSecond: z.number(),
  /** Times of single messages; null for a burst. */
  latency: z.object({ p50Ms: z.number(), p99Ms: z.number() }).nullable(),
  note: z.string(),
})
export type Result = z.infer<typeof Result>

export const benches = { send: measureSends, receive: measureBurst }
export const BenchName = z.enum(["send", "receive"])
export type BenchName = z.infer<typeof BenchName>

const sends = [
  { concurrency: 1, count: 200 },
  { concurrency: 16, count: 400 },
] as const
const warmUpSends = 50
const burst = { contacts: 4, count: 1_000, warmUpEach: 5 } as const

/** Texts to one contact that confirms them without decrypting; each lane sends its next after the server's ack. */
async function measureSends(contender: Contender, simulator: SimulatorClient): Promise<Result[]> {
  const contact = await simulator.createContact({ sink: true })
  // Having heard from the contact, the account writes in an established session, as in a conversation.
  const greeted = contender.received.grows(1)
  await simulator.sendText({ from: contact.id, to: contender.phone, text: "Hello" })
  await greeted
  const send = (text: string) => contender.send(contact.pn, text)
  await timesOf({ concurrency: 4, count: warmUpSends }, (n) => send(`Message number ${n}`))
  const results: Result[] = []
  for (const round of sends) results.push(await sendAll({ ...round, send }, contender.commits))
  return results
}

async function sendAll(
  round: { concurrency: number; count: number; send: (text: string) => Promise<void> },
  commits: Contender["commits"],
): Promise<Result> {
  let timesMs: number[] = []
  const before = await commits?.()
  const tookMs = await timed(async () => {
    timesMs = await timesOf(round, (n) => round.send(`Message number ${n} of this round`))
  })
  const each = before === undefined ? null : (((await commits?.()) ?? 0) - before) / round.count
  return {
    name: `send, ${round.concurrency} at a time`,
    perSecond: round.count / (tookMs / 1_000),
    latency: { p50Ms: percentile(timesMs, 0.5), p99Ms: percentile(timesMs, 0.99) },
    note: `${round.count} texts${each === null ? "" : `, ${each.toFixed(2)} commits of the session for each`}`,
  }
}

/** Acts so often, so many at a time, and returns how long each took, in milliseconds. */
export async function timesOf(
  { concurrency, count }: { concurrency: number; count: number },
  act: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const timesMs: number[] = []
  let next = 0
  const lane = async () => {
    while (next < count) {
      const started = performance.now()
      await act(++next)
      timesMs.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
  return timesMs
}

/** Texts of several contacts at once, as fast as the simulator encrypts them, until the account has told of all. */
async function measureBurst(contender: Contender, simulator: SimulatorClient): Promise<Result[]> {
  const contacts = await Promise.all(Array.from({ length: burst.contacts }, () => simulator.createContact({})))
  const write = async (each: number) => {
    const texts = Array.from({ length: each }, (_, index) => `Message number ${index} of this round`)
    const arrived = contender.received.grows(each * contacts.length)
    const writing = contacts.map(({ id }) => simulator.sendTexts({ from: id, to: contender.phone, texts }))
    const writtenMs = timed(() => Promise.all(writing))
    await Promise.all([arrived, writtenMs])
    return writtenMs
  }
  await write(burst.warmUpEach)
  let writtenMs = 0
  const tookMs = await timed(async () => {
    writtenMs = await write(burst.count / burst.contacts)
  })
  const offered = Math.round(burst.count / (writtenMs / 1_000))
  const note = `${burst.count} texts of ${burst.contacts} contacts, offered at ${offered}/s`
  return [{ name: "receive, burst", perSecond: burst.count / (tookMs / 1_000), latency: null, note }]
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await act()
  return performance.now() - started
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
