import type { z } from "zod"
import { connectBus, consumeBatches, ensureConsumer, nudge, onNudge, provisionStreams } from "@wildcat/shared/bus"
import { createSecretBox, repeat } from "@wildcat/shared/runtime"
import type { Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { config } from "./config.ts"
import { startDeliveryLoop } from "./deliver/delivery-loop.ts"
import { createPoster } from "./deliver/post.ts"
import { createSlots } from "./deliver/slots.ts"
import { createEventIntake } from "./intake/event-intake.ts"
import { sweepDeliveries } from "./retention/retention-sweeper.ts"

export type Config = z.infer<z.ZodObject<typeof config>>

const name = "webhook-dispatcher"
/** Events taken from the stream at once. */
const batchMax = 256
/** A batch is two reads and two writes. */
const batchMsMax = 30_000
const sweepPauseMs = 3_600_000

/** Builds the service; everything it starts is registered to be stopped. */
export async function startDispatcher(settings: Config, scope: Scope): Promise<void> {
  const { log } = scope
  const store = await connectStore({ mongoUrl: settings.MONGO_URL, database: settings.MONGO_DATABASE, name, log })
  scope.onStop("store", () => store.close())
  const bus = await connectBus({ natsUrl: settings.NATS_URL, prefix: settings.NATS_PREFIX, name, log })
  scope.onStop("bus", () => bus.close())
  await provisionStreams(bus, { replicas: settings.NATS_REPLICAS, eventsDays: settings.EVENTS_DAYS })

  const poster = createPoster({
    timeoutMs: settings.WEBHOOK_TIMEOUT_MS,
    allowHttp: settings.ALLOW_HTTP_WEBHOOKS,
    allowedRanges: settings.ALLOWED_PRIVATE_RANGES,
    socketsMax: settings.WEBHOOK_CONCURRENCY,
  })
  scope.onStop("connections", () => poster.close())
  const loop = startDeliveryLoop({
    store,
    collections: store.collections,
    box: createSecretBox(settings.SECRETS_KEY, settings.SECRETS_KEY_PREVIOUS),
    poster,
    policy: { delaysMs: settings.WEBHOOK_RETRY_DELAYS_MS, retryAfterMaxMs: settings.WEBHOOK_RETRY_AFTER_MAX_MS },
    slots: createSlots({ total: settings.WEBHOOK_CONCURRENCY, each: settings.WEBHOOK_CONCURRENCY_EACH }),
    leaseMs: settings.WEBHOOK_TIMEOUT_MS + settings.WEBHOOK_LEASE_MARGIN_MS,
    log,
  })
  scope.onStop("deliveries", () => loop.stop())
  const nudges = onNudge(bus, bus.subjects.deliveriesNudge, loop.wake)
  scope.onStop("nudges", () => nudges.stop())

  const source = { stream: bus.subjects.eventsStream, durable: name }
  await ensureConsumer(bus, { ...source, ackWaitMs: batchMsMax })
  const intake = createEventIntake({
    store,
    firstDelayMs: settings.WEBHOOK_RETRY_DELAYS_MS[0] ?? 0,
    mediaWaitMs: settings.MEDIA_WAIT_MS,
    // Every dispatcher hears it, this one too: whoever has free slots takes its part.
    wake: () => nudge(bus, bus.subjects.deliveriesNudge),
    log,
  })
  const events = await consumeBatches(bus, { ...source, log, batchMax, handle: intake })
  scope.onStop("events", () => events.stop())

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
  scope.check("mongodb", store.check)
  scope.check("nats", bus.check)
}
