import { tolerate } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import type { Health } from "../webhooks/health.ts"
import type { CachedWebhook, WebhookCache } from "../webhooks/webhook-cache.ts"
import { makeAttempt } from "./attempt.ts"
import type { AttemptParts } from "./attempt.ts"
import type { Breaker } from "./breaker.ts"
import { claimDue } from "./claim.ts"
import type { Claim } from "./claim.ts"
import { createLane, nextTickMs, roomOf } from "./lane.ts"
import type { Lane } from "./lane.ts"
import { givingBack } from "./outcome.ts"
import { failDeliveriesOfDeleted, pendingWebhooks } from "./pending-webhooks.ts"
import type { Slots } from "./slots.ts"
import { isTrouble, retryAfterMs } from "./verdict.ts"

export interface DeliveryLoop {
  /** Deliveries to these webhooks may be due; none means any. */
  wake(webhooks: readonly string[]): void
  /** Begins nothing more of a partition; resolves when none of its attempts is under way. */
  drain(partition: string): Promise<void>
  /** Begins no further attempt and waits for those under way. */
  stop(): Promise<void>
}

export interface LoopParts extends AttemptParts {
  store: Store
  cache: WebhookCache
  health: Health
  slots: Slots
  breaker: Breaker
  holds(partition: string): boolean
  /** Attempts under way to one webhook. */
  eachMax: number
  /** Time beyond its timeout that an attempt belongs to its process. */
  leaseMarginMs: number
}

/** Looks at everything pending at least this often, whatever is known of due times: nudges get lost. */
const pollMs = 5_000
/** After a look that failed. */
const faultPauseMs = 1_000
/** Delivers what is due, for ever. Each webhook has a lane of its own: a slow endpoint delays only itself. */
export function startDeliveryLoop(parts: LoopParts): DeliveryLoop {
  const lanes = new Map<string, Lane>()
  const draining = new Map<string, number>()
  let stopping = false
  let timer: NodeJS.Timeout | null = null
  let timerAt = 0
  let discovering: Promise<void> | null = null
  let discoverAgain = false
  const looks = new Set<Promise<void>>()

  const mayWork = (partition: string) => !stopping && !draining.has(partition) && parts.holds(partition)
  const laneOf = (webhook: CachedWebhook): Lane => {
    const known = lanes.get(webhook._id)
    if (known) return known
    const lane = createLane(webhook)
    lanes.set(lane.id, lane)
    return lane
  }
  const limitOf = (lane: Lane) => parts.breaker.limit(lane.id, parts.eachMax)

  /** Begins what is queued, and looks for more when there is room. */
  const advance = (lane: Lane): void => {
    const webhook = parts.cache.get(lane.id)
    const may = webhook?.enabled === true && mayWork(webhook.partition) && webhook.partition === lane.partition
    if (!may) return retire(lane)
    // An endpoint in trouble gets one at a time: the others must not wait here until their leases end.
    if (limitOf(lane) === 1 && lane.queue.length > 1) {
      giveBack(lane.queue.splice(1))
      lane.nextAt = Math.min(lane.nextAt, Date.now() + 100)
    }
    while (lane.queue.length > 0 && Date.now() >= parts.breaker.opensAt(lane.id)) {
      if (parts.slots.free(lane.id, webhook.host, limitOf(lane)) === 0) break
      const claim = lane.queue.shift()
      if (claim) begin(lane, claim, webhook)
    }
    const now = Date.now()
    if (lane.looking || lane.nextAt > now || parts.breaker.opensAt(lane.id) > now) return
    const wanted = roomOf(lane, limitOf(lane))
    const room = wanted - lane.queue.length
    // Half of it at least: a look costs the same for one as for many.
    if (room >= wanted / 2 && parts.slots.free(lane.id, webhook.host, limitOf(lane)) > 0) look(lane, webhook, room)
  }

  const giveBack = (claims: readonly Claim[]): void => {
    for (const claim of claims) {
      void tolerate(parts.ledger.write(givingBack(claim)), "it becomes due when its lease ends", parts.log)
    }
  }

  /** Gives back what was claimed for a lane that may not work now; forgets a lane without work. */
  const retire = (lane: Lane): void => {
    giveBack(lane.queue.splice(0))
    if (lane.running.size > 0 || lane.looking) return
    lanes.delete(lane.id)
    // Its new address may be of another partition of ours.
    if (parts.cache.get(lane.id)?.partition !== lane.partition) discoverSoon()
  }

  const look = (lane: Lane, webhook: CachedWebhook, limit: number): void => {
    lane.looking = true
    lane.nextAt = Number.POSITIVE_INFINITY
    const work = lookOnce(lane, webhook, limit).finally(() => {
      lane.looking = false
      looks.delete(work)
      pump(lane)
    })
    looks.add(work)
  }

  const lookOnce = async (lane: Lane, webhook: CachedWebhook, limit: number): Promise<void> => {
    try {
      const timeoutMs = webhook.timeoutMs ?? parts.timeoutMs
      const request = { webhook: lane.id, ordered: webhook.ordered === "chat", limit }
      const { claims, nextAt } = await claimDue(parts.store.collections, parts.ledger, {
        ...request,
        leaseMs: timeoutMs + parts.leaseMarginMs,
      })
      lane.queue.push(...claims)
      lane.nextAt = Math.min(lane.nextAt, nextAt)
    } catch (error) {
      parts.log.error({ error, webhook: lane.id }, "deliveries.look_failed")
      lane.nextAt = Date.now() + faultPauseMs
    }
  }

  const begin = (lane: Lane, claim: Claim, webhook: CachedWebhook): void => {
    const timeoutMs = webhook.timeoutMs ?? parts.timeoutMs
    // Too long in the queue: the attempt might outlive its lease.
    if (claim.until.getTime() - Date.now() < timeoutMs + parts.leaseMarginMs / 2) {
      giveBack([claim])
      lane.nextAt = Math.min(lane.nextAt, Date.now() + 100)
      return
    }
    parts.slots.take(lane.id, webhook.host)
    const posted = () => {
      parts.slots.release(lane.id, webhook.host)
      advance(lane)
    }
    const work = run(lane, claim, { webhook, posted }).finally(() => {
      lane.running.delete(work)
      pump(lane)
    })
    lane.running.add(work)
  }

  const run = async (
    lane: Lane,
    claim: Claim,
    { webhook, posted }: { webhook: CachedWebhook; posted: () => void },
  ): Promise<void> => {
    try {
      const { result, verdict } = await makeAttempt(parts, claim, webhook, posted)
      lane.latencyMs = lane.latencyMs * 0.8 + result.latencyMs * 0.2
      if (verdict.kind === "retry") lane.nextAt = Math.min(lane.nextAt, Date.now() + verdict.afterMs)
      // With order, the next of the chat has become the first.
      if (webhook.ordered === "chat" && verdict.kind !== "retry") lane.nextAt = 0
      const asked = result.kind === "answered" ? retryAfterMs(result.retryAfter, new Date()) : 0
      if (isTrouble(result)) parts.breaker.failed(lane.id, Math.min(asked, parts.retryAfterMsMax))
      else parts.breaker.worked(lane.id)
      const current = parts.cache.get(lane.id) ?? webhook
      if (verdict.kind === "delivered") await parts.health.succeeded(current)
      else await parts.health.failed(current, verdict.error)
    } catch (error) {
      // Without its outcome on record the delivery stays leased and becomes due again by itself.
      parts.log.error({ error, delivery: claim.delivery._id }, "delivery.not_recorded")
    }
  }

  const discover = async (): Promise<void> => {
    const pending = await pendingWebhooks(parts.store.collections.deliveries)
    await parts.cache.refresh()
    if (parts.holds("intake")) {
      const deleted = pending.flatMap(({ id }) => (parts.cache.get(id) ? [] : [id]))
      await failDeliveriesOfDeleted(parts.store.collections.deliveries, deleted, new Date())
    }
    for (const { id, dueAt } of pending) {
      const webhook = parts.cache.get(id)
      if (!webhook?.enabled || !mayWork(webhook.partition)) continue
      const lane = laneOf(webhook)
      lane.nextAt = Math.min(lane.nextAt, dueAt.getTime())
    }
    pumpAll()
  }
  const discoverSoon = (): void => {
    discoverAgain = true
    discovering ??= (async () => {
      while (discoverAgain && !stopping) {
        discoverAgain = false
        try {
          await discover()
        } catch (error) {
          parts.log.error({ error }, "deliveries.discovery_failed")
        }
      }
      discovering = null
    })()
  }

  const pump = (lane: Lane): void => {
    advance(lane)
    schedule()
  }
  const pumpAll = (): void => {
    for (const lane of lanes.values()) advance(lane)
    schedule()
  }
  const schedule = (): void => {
    if (stopping) return
    const at = Date.now() + Math.min(pollMs, nextTickMs(lanes.values(), parts.breaker))
    if (timer !== null && at >= timerAt) return
    if (timer !== null) clearTimeout(timer)
    timerAt = at
    timer = setTimeout(() => {
      timer = null
      pumpAll()
    }, at - Date.now())
  }
  const polls = setInterval(discoverSoon, pollMs)
  discoverSoon()

  const settled = async (which: (lane: Lane) => boolean): Promise<void> => {
    const mine = [...lanes.values()].filter(which)
    await Promise.allSettled(looks)
    mine.forEach(retire)
    await Promise.allSettled(mine.flatMap(({ running }) => [...running]))
  }
  return {
    wake(webhooks) {
      if (webhooks.length === 0) return discoverSoon()
      for (const id of webhooks) {
        const webhook = parts.cache.get(id)
        if (!webhook) {
          discoverSoon()
          continue
        }
        if (!webhook.enabled || !mayWork(webhook.partition)) continue
        const lane = laneOf(webhook)
        lane.nextAt = 0
        pump(lane)
      }
    },
    async drain(partition) {
      draining.set(partition, (draining.get(partition) ?? 0) + 1)
      await settled((lane) => lane.partition === partition)
      draining.delete(partition)
    },
    async stop() {
      stopping = true
      clearInterval(polls)
      if (timer) clearTimeout(timer)
      await discovering
      await settled(() => true)
    },
  }
}
