import { setImmediate } from "node:timers/promises"
import type { GivenReceipt, ReceiptRouter } from "../connection/receipt-router.ts"
import type { User } from "../directory/user.ts"
import type { Contact } from "../people/contact.ts"
import { messageId } from "../stanza/ids.ts"

export type BurstResult = {
  messages: number
  /** How many a client has confirmed; less than `messages` when the time was over. */
  acknowledged: number
  retried: number
  elapsedMs: number
  perSecond: number
  simulatorCpuMs: number
}

type Burst = { sends: (() => void)[]; pending: Set<string> }

/** Messages encrypted and not released yet, at most: about 1 KiB each. */
const preparedMax = 200_000
/** After so many messages others get a turn: what clients confirm meanwhile is taken in. */
const sendsPerTurn = 50

/** Messages that were encrypted ahead, so that a release costs the simulator little more than handing them over. */
export class Bursts {
  private readonly prepared = new Map<string, Burst>()
  private readonly released = new Map<string, Release>()
  private preparedCount = 0
  private nextNumber = 1

  constructor(receipts: ReceiptRouter) {
    receipts.onReceipt((given) => this.confirmed(given))
  }

  /** Encrypts `each` texts to the clients of every account. @throws TooMuchPrepared */
  async prepare(wanted: { contact: Contact; to: User[]; each: number; text: string }): Promise<string> {
    const count = wanted.to.length * wanted.each
    if (this.preparedCount + count > preparedMax) throw new TooMuchPrepared()
    this.preparedCount += count
    const burst: Burst = { sends: [], pending: new Set() }
    try {
      await fill(burst, wanted)
    } catch (error) {
      this.preparedCount -= count
      throw error
    }
    const id = `burst-${this.nextNumber++}`
    this.prepared.set(id, burst)
    return id
  }

  /** Hands everything over and waits until clients have confirmed all, or the signal aborts. Undefined: no such burst. */
  async release(burstId: string, signal: AbortSignal): Promise<BurstResult | undefined> {
    const burst = this.prepared.get(burstId)
    if (!burst) return undefined
    this.prepared.delete(burstId)
    this.preparedCount -= burst.sends.length
    const release = new Release(burst, signal)
    for (const id of burst.pending) this.released.set(id, release)
    try {
      return await release.run()
    } finally {
      for (const id of release.ids) this.released.delete(id)
    }
  }

  /** Forgets a burst; false when there is no such. */
  drop(burstId: string): boolean {
    this.preparedCount -= this.prepared.get(burstId)?.sends.length ?? 0
    return this.prepared.delete(burstId)
  }

  private confirmed({ messageIds, type }: GivenReceipt): void {
    for (const id of messageIds) this.released.get(id)?.confirmed(id, type)
  }
}

export class TooMuchPrepared extends Error {
  constructor() {
    super(`no more than ${preparedMax} messages may wait for their release`)
  }
}

class Release {
  readonly ids: string[]
  private readonly burst: Burst
  private readonly signal: AbortSignal
  private retried = 0
  private done: () => void = () => undefined

  constructor(burst: Burst, signal: AbortSignal) {
    this.burst = burst
    this.signal = signal
    this.ids = [...burst.pending]
  }

  async run(): Promise<BurstResult> {
    const { sends, pending } = this.burst
    const all = new Promise<void>((resolve) => (this.done = resolve))
    const startedMs = performance.now()
    const cpu = process.cpuUsage()
    for (const [index, send] of sends.entries()) {
      if (this.signal.aborted) break
      send()
      if (index % sendsPerTurn === 0) await setImmediate()
    }
    await this.orAborted(all)
    const elapsedMs = performance.now() - startedMs
    const { user, system } = process.cpuUsage(cpu)
    const acknowledged = sends.length - pending.size
    return {
      messages: sends.length,
      acknowledged,
      retried: this.retried,
      elapsedMs,
      perSecond: acknowledged / (elapsedMs / 1000),
      simulatorCpuMs: (user + system) / 1000,
    }
  }

  confirmed(id: string, type: string | undefined): void {
    if (type === "retry") this.retried += 1
    else this.burst.pending.delete(id)
    if (this.burst.pending.size === 0) this.done()
  }

  private async orAborted(all: Promise<void>): Promise<void> {
    if (this.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.signal.addEventListener("abort", () => resolve(), { once: true })
    await Promise.race([all, promise])
  }
}

/** In turn: one message for everyone, then the next for everyone. */
async function fill(burst: Burst, wanted: { contact: Contact; to: User[]; each: number; text: string }): Promise<void> {
  for (let round = 0; round < wanted.each; round += 1) {
    for (const user of wanted.to) {
      const id = messageId()
      const message = { conversation: `${wanted.text} ${round + 1}` }
      burst.sends.push(await wanted.contact.prepare({ id, user, message }))
      burst.pending.add(id)
    }
  }
}
