import { connectBus, nudge, onNudge, provisionStreams, publishEvent } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox, firstConnection, repeat, tolerate } from "@wildcat/shared/runtime"
import type { Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Store } from "@wildcat/shared/store"
import type { Config } from "./config.ts"
import { createBreaker } from "./deliver/breaker.ts"
import { startDeliveryLoop } from "./deliver/delivery-loop.ts"
import { createLedger } from "./deliver/ledger.ts"
import { createPoster } from "./deliver/post.ts"
import { createSlots } from "./deliver/slots.ts"
import { createEventIntake } from "./intake/event-intake.ts"
import { formerPosition } from "./intake/former-position.ts"
import { createIntakeTurn } from "./intake/intake-turn.ts"
import { ensurePartitions, joinDispatchers } from "./membership/membership.ts"
import type { Membership } from "./membership/membership.ts"
import { sweepDeliveries } from "./retention/retention-sweeper.ts"
import { createHealth } from "./webhooks/health.ts"
import { createWebhookCache } from "./webhooks/webhook-cache.ts"

const name = "webhook-dispatcher"
const sweepPauseMs = 3_600_000
const reloadPauseMs = 30_000

/** Builds the service; everything it starts is registered to be stopped. */
export async function startDispatcher(settings: Config, scope: Scope): Promise<void> {
  const { log } = scope
  const store = await connectStore({ mongoUrl: settings.MONGO_URL, database: settings.MONGO_DATABASE, name, log })
  scope.onStop("store", () => store.close())
  const bus = await connectBus({ natsUrl: settings.NATS_URL, prefix: settings.NATS_PREFIX, name, log })
  scope.onStop("bus", () => bus.close())
  await provisionStreams(bus, { replicas: settings.NATS_REPLICAS, eventsDays: settings.EVENTS_DAYS })
  await firstConnection("partitions", log, async () =>
    ensurePartitions(store.collections, await formerPosition(bus, name)),
  )

  const box = createSecretBox(settings.SECRETS_KEY, settings.SECRETS_KEY_PREVIOUS)
  const cache = createWebhookCache({ store, box, log })
  await firstConnection("webhooks", log, () => cache.refresh())
  let membership: Membership | null = null
  const holds = (partition: string) => membership?.holds(partition) ?? false
  const poster = createPoster({
    allowHttp: settings.ALLOW_HTTP_WEBHOOKS,
    allowedRanges: settings.ALLOWED_PRIVATE_RANGES,
    socketsMax: settings.WEBHOOK_CONCURRENCY,
  })
  scope.onStop("connections", () => poster.close())
  const health = createHealth({
    store,
    cache,
    disableAfterMs: settings.WEBHOOK_DISABLE_AFTER_MS,
    publish: (event) => publishEvent(bus, event),
    log,
  })
  const loop = startDeliveryLoop({
    store,
    cache,
    health,
    holds,
    poster,
    ledger: createLedger(store.collections.deliveries),
    slots: createSlots({ total: settings.WEBHOOK_CONCURRENCY, host: settings.WEBHOOK_CONCURRENCY_HOST }),
    breaker: createBreaker({ pauseMs: settings.WEBHOOK_BREAKER_PAUSE_MS }),
    policy: policyOf(settings),
    timeoutMs: settings.WEBHOOK_TIMEOUT_MS,
    retryAfterMsMax: settings.WEBHOOK_RETRY_AFTER_MAX_MS,
    eachMax: settings.WEBHOOK_CONCURRENCY_EACH,
    leaseMarginMs: settings.WEBHOOK_LEASE_MARGIN_MS,
    log,
  })
  scope.onStop("deliveries", () => loop.stop())

  // Every dispatcher hears it, this one too: whoever has the webhook's host delivers.
  const wake = (webhooks: readonly string[]) =>
    nudge(bus, bus.subjects.deliveriesNudge, webhooks.length > 100 ? [] : webhooks)
  const handle = createEventIntake({ store, cache, mediaWaitMs: settings.MEDIA_WAIT_MS, wake, log })
  const intake = createIntakeTurn({ bus, partitions: store.collections.partitions, handle, log })
  membership = await joinDispatchers({
    collections: store.collections,
    id: newId("dispatcher"),
    beatMs: settings.DISPATCHER_BEAT_MS,
    deadMs: settings.DISPATCHER_DEAD_MS,
    gained: (partition) => (partition._id === "intake" ? intake.begin(partition) : loop.wake([])),
    lost: (partition) => (partition === "intake" ? intake.end() : loop.drain(partition)),
    log,
  })
  scope.onStop("membership", () => membership?.stop())
  loop.wake([])
  const changed = async () => {
    await cache.refresh()
    loop.wake([])
  }
  listen(bus, scope, {
    deliveries: loop.wake,
    webhooks: () => void tolerate(changed(), "the next batch of events, or the next round, reads the change", log),
  })
  keepHouse({
    settings,
    scope,
    store,
    round: async () => {
      await cache.reload()
      await health.publishNotices([...cache.all()].filter(({ partition, notice }) => notice && holds(partition)))
      loop.wake([])
    },
  })
  scope.check("mongodb", store.check)
  scope.check("nats", bus.check)
}

function policyOf(settings: Config) {
  return {
    pausesMs: settings.WEBHOOK_RETRY_PAUSES_MS,
    factor: 2,
    pauseMsMax: settings.WEBHOOK_RETRY_PAUSE_MS_MAX,
    totalMs: settings.WEBHOOK_RETRY_TOTAL_MS,
    attemptsMax: settings.WEBHOOK_ATTEMPTS_MAX,
  }
}

function listen(bus: Bus, scope: Scope, on: { deliveries(webhooks: readonly string[]): void; webhooks(): void }): void {
  const deliveries = onNudge(bus, bus.subjects.deliveriesNudge, on.deliveries)
  scope.onStop("nudges", () => deliveries.stop())
  const webhooks = onNudge(bus, bus.subjects.webhooksNudge, on.webhooks)
  scope.onStop("changes of webhooks", () => webhooks.stop())
}

function keepHouse(parts: { settings: Config; scope: Scope; store: Store; round(): Promise<void> }): void {
  const { settings, scope, store } = parts
  const { log } = scope
  const reloads = repeat({ name: "webhooks", pauseMs: reloadPauseMs, log, work: parts.round })
  scope.onStop("webhooks", () => reloads.stop())
  const sweeps = repeat({
    name: "retention",
    pauseMs: sweepPauseMs,
    log,
    work: async (stopped) => {
      const before = new Date(Date.now() - settings.DELIVERIES_DAYS * 86_400_000)
      await sweepDeliveries(store.collections, { before, stopped, log })
    },
  })
  scope.onStop("sweeps", () => sweeps.stop())
}
