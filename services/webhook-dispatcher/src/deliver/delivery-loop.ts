import { pause } from "@wildcat/shared/runtime"
import type { Store } from "@wildcat/shared/store"
import { makeAttempt } from "./attempt.ts"
import type { AttemptParts } from "./attempt.ts"
import { claimDue } from "./claim.ts"
import type { Claim, Share } from "./claim.ts"
import { failDeliveriesOfDeleted, pendingWebhooks } from "./pending-webhooks.ts"
import type { DeliveringWebhook, PendingWebhook } from "./pending-webhooks.ts"
import type { Slots } from "./slots.ts"

export interface DeliveryLoop {
  /** Something may be due: look now. */
  wake(): void
  /** Begins no further attempt and waits for those under way. */
  stop(): Promise<void>
}

export interface LoopParts extends AttemptParts {
  store: Store
  slots: Slots
  /** How long an attempt belongs to this process: longer than it can take. */
  leaseMs: number
}

/** Looks at least this often, whatever is known of due times: webhooks change and nudges get lost. */
const pollMs = 5_000
/** After a round that failed. */
const faultPauseMs = 1_000

/** Delivers what is due, for ever: a round of claims, then a wait until the next due time, a nudge or a free slot. */
export function startDeliveryLoop(parts: LoopParts): DeliveryLoop {
  const running = new Set<Promise<void>>()
  const stopping = new AbortController()
  let waiting = new AbortController()
  const wake = () => waiting.abort()

  const begin = (claim: Claim, webhook: DeliveringWebhook) => {
    parts.slots.take(webhook._id)
    const work = runAttempt(parts, claim, webhook).finally(() => {
      running.delete(work)
      wake()
    })
    running.add(work)
  }
  const rounds = (async () => {
    while (!stopping.signal.aborted) {
      waiting = new AbortController()
      await pause(await round(parts, begin), waiting.signal)
    }
  })()
  return {
    wake,
    async stop() {
      stopping.abort()
      wake()
      await rounds
      await Promise.allSettled(running)
    },
  }
}

type Begin = (claim: Claim, webhook: DeliveringWebhook) => void

/** One look at everything pending. Returns how long nothing will be due, in milliseconds. */
async function round(parts: LoopParts, begin: Begin): Promise<number> {
  try {
    const pending = await pendingWebhooks(parts.store)
    const deleted = pending.flatMap(({ id, webhook }) => (webhook === null ? [id] : []))
    await failDeliveriesOfDeleted(parts.store, deleted, new Date())
    const shares = sharesOf(pending, parts.slots)
    const claims = shares.length > 0 ? await claimDue(parts.collections, { shares, leaseMs: parts.leaseMs }) : []
    const webhooks = new Map(pending.map(({ id, webhook }) => [id, webhook]))
    for (const claim of claims) {
      const webhook = webhooks.get(claim.delivery.webhook)
      if (webhook) begin(claim, webhook)
    }
    return untilNext(pending, parts.slots)
  } catch (error) {
    parts.log.error({ error }, "deliveries.round_failed")
    return faultPauseMs
  }
}

/** Which webhooks may have how many of the free slots, in random order: when slots are short, none is always last. */
function sharesOf(pending: readonly PendingWebhook[], slots: Slots): Share[] {
  const now = Date.now()
  const due = pending.filter(({ webhook, dueAt }) => webhook?.enabled && dueAt.getTime() <= now)
  let left = slots.freeInAll()
  return shuffled(due).flatMap(({ id }) => {
    const limit = Math.min(slots.free(id), left)
    left -= limit
    return limit > 0 ? [{ webhook: id, limit }] : []
  })
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((left, right) => left.at - right.at)
    .map(({ item }) => item)
}

/** Until the earliest due time of what could be claimed; a slot that becomes free wakes the loop by itself. */
function untilNext(pending: readonly PendingWebhook[], slots: Slots): number {
  const now = Date.now()
  const waits = pending
    .filter(({ id, webhook }) => webhook?.enabled && slots.free(id) > 0)
    .map(({ dueAt }) => dueAt.getTime() - now)
  return Math.max(0, Math.min(pollMs, ...waits))
}

async function runAttempt(parts: LoopParts, claim: Claim, webhook: DeliveringWebhook): Promise<void> {
  let worked = false
  try {
    const verdict = await makeAttempt(parts, claim, webhook)
    worked = verdict.kind === "delivered"
  } catch (error) {
    // The delivery stays leased and becomes due again by itself.
    parts.log.error({ error, delivery: claim.delivery._id }, "delivery.not_recorded")
  } finally {
    parts.slots.release(webhook._id, worked)
  }
}
