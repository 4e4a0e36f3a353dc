import { tasks } from "@wildcat/shared/contracts"
import { connectBus, consume, ensureConsumer, provisionStreams } from "@wildcat/shared/bus"
import { createSecretBox, firstConnection, repeat, serveWaiting } from "@wildcat/shared/runtime"
import type { ReadyCheck, Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Config } from "./config.ts"
import { encryptedBytesMax } from "./fetch/fetch-media.ts"
import { createMediaTaskHandler } from "./fetch/media-task.ts"
import { createMediaOpener } from "./fetch/open-media.ts"
import { startMediaServer } from "./serve/media-server.ts"
import { sweepOrphans } from "./sweep/orphan-sweeper.ts"

/** Pause between two looks for bytes that no file owns. */
const sweepPauseMs = 3_600_000

/** How long a stop waits for downloads; after that they are cut short, and made again by the next process. */
const stopPatienceMs = 10_000

/** Builds the service; everything it starts is registered to be stopped. */
export async function startMedia(settings: Config, scope: Scope): Promise<void> {
  const { log } = scope
  const checks: Record<string, ReadyCheck> = { started: () => "still starting" }
  const box = createSecretBox(settings.SECRETS_KEY, settings.SECRETS_KEY_PREVIOUS)
  const address = { host: settings.MEDIA_HOST, port: settings.MEDIA_PORT }
  const waiting = await serveWaiting(address)
  scope.onStop("waiting", () => waiting.close())
  const store = await connectStore({
    mongoUrl: settings.MONGO_URL,
    database: settings.MONGO_DATABASE,
    name: "media",
    log,
  })
  scope.onStop("store", () => store.close())
  await waiting.close()
  const server = await startMediaServer({
    ...address,
    media: store.media,
    box,
    checks,
    log,
  })
  scope.onStop("http", () => server.close())
  const bus = await connectBus({ natsUrl: settings.NATS_URL, prefix: settings.NATS_PREFIX, name: "media", log })
  scope.onStop("bus", () => bus.close())
  await provisionStreams(bus, { replicas: settings.NATS_REPLICAS, eventsDays: settings.EVENTS_DAYS })

  const opener = createMediaOpener({
    silenceMs: settings.MEDIA_SILENCE_MS,
    fetchMs: settings.MEDIA_FETCH_MS,
    bytesMax: encryptedBytesMax(settings.MEDIA_BYTES_MAX),
  })
  scope.onStop("downloads", () => opener.close())
  const handle = createMediaTaskHandler({
    store,
    bus,
    box,
    opener,
    log,
    policy: { hosts: settings.MEDIA_HOSTS, allowHttp: settings.MEDIA_ALLOW_HTTP },
    bytesMax: settings.MEDIA_BYTES_MAX,
  })
  const { ackWaitMs } = tasks["media.fetch"]
  const source = { stream: bus.subjects.mediaStream, durable: "media" }
  const tasksOf = await firstConnection("media queue", log, async () => {
    await ensureConsumer(bus, { ...source, ackWaitMs })
    return consume(bus, { ...source, log, ackWaitMs, concurrency: settings.MEDIA_CONCURRENCY, handle })
  })
  scope.onStop("tasks", async () => {
    const patience = setTimeout(() => void opener.close(), stopPatienceMs)
    await tasksOf.stop()
    clearTimeout(patience)
  })

  const sweeps = repeat({
    name: "orphans",
    pauseMs: sweepPauseMs,
    log,
    work: async (stopped) => {
      const before = new Date(Date.now() - settings.MEDIA_ORPHAN_HOURS * 3_600_000)
      await sweepOrphans(store.db, { before, stopped, log })
    },
  })
  scope.onStop("sweeps", () => sweeps.stop())
  Object.assign(checks, { mongodb: store.check, nats: bus.check })
  delete checks["started"]
}
