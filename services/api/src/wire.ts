import { connectBus, onNudge, provisionStreams } from "@wildcat/shared/bus"
import { createSecretBox, serveWaiting } from "@wildcat/shared/runtime"
import type { ReadyCheck, Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import { asyncApiDocument } from "./asyncapi/document.ts"
import type { Config } from "./config.ts"
import { createEventHub } from "./events/event-hub.ts"
import { createEventLog } from "./events/event-log.ts"
import { createEventStreams } from "./events/event-streams.ts"
import { createApp } from "./http/app.ts"
import { startServer } from "./http/server.ts"
import { createIdempotency } from "./idempotency/idempotency.ts"
import { startJanitor } from "./idempotency/janitor.ts"
import { createKeyHasher } from "./keys/api-key.ts"
import { createAuthenticator } from "./keys/authenticator.ts"
import { ensureFirstKey } from "./keys/first-key.ts"
import { createSeededSecrets } from "./keys/seeded-secrets.ts"
import { createKeyLimit } from "./rate-limit/key-limit.ts"
import { openApiDocument } from "./openapi/document.ts"
import { referenceFiles } from "./reference/reference-page.ts"
import { routes } from "./resources/index.ts"
import { createEventSockets } from "./http/event-sockets.ts"
import { publicRoutes } from "./resources/service/public-routes.ts"
import { createKnownAccounts } from "./tenant/known-accounts.ts"
import { createOwnerTickets } from "./tenant/owner-tickets.ts"
import type { Limits } from "./tenant/parts.ts"

/** A database that does not answer is reported, not waited for. */
const storeTimes = { serverWaitMs: 3_000, silenceMs: 5_000 }

/** Builds the service; everything it starts is registered to be stopped. Returns the port it listens on. */
export async function startApi(settings: Config, scope: Scope): Promise<void> {
  const { log } = scope
  const box = createSecretBox(settings.SECRETS_KEY, settings.SECRETS_KEY_PREVIOUS)
  const hasher = createKeyHasher(settings.API_KEY_PEPPER)
  const place = { mongoUrl: settings.MONGO_URL, database: settings.MONGO_DATABASE }
  const address = { host: settings.API_HOST, port: settings.API_PORT }
  const waiting = await serveWaiting(address)
  scope.onStop("waiting", () => waiting.close())
  const store = await connectStore({ ...place, ...storeTimes, name: "api", log })
  scope.onStop("store", () => store.close())
  const bus = await connectBus({ natsUrl: settings.NATS_URL, prefix: settings.NATS_PREFIX, name: "api", log })
  scope.onStop("bus", () => bus.close())
  await provisionStreams(bus, { replicas: settings.NATS_REPLICAS, eventsDays: settings.EVENTS_DAYS })
  const { ADMIN_API_KEY: given, ADMIN_API_KEY_FILE: file, API_KEY_PEPPER: pepperHex } = settings
  await ensureFirstKey({ store, hasher, box, pepperHex, given, file, log })

  const authenticator = createAuthenticator({ apiKeys: store.models.apiKeys, hasher })
  const eventLog = createEventLog(bus)
  const hub = createEventHub(bus, eventLog, log)
  scope.onStop("event hub", () => hub.stop())
  const streams = createEventStreams({
    max: settings.EVENT_STREAMS_MAX,
    eachMax: settings.EVENT_STREAMS_EACH_MAX,
    waitingBytesMax: settings.EVENT_STREAM_BYTES_MAX,
    authenticator,
    log,
  })
  const janitor = startJanitor(store, log)
  scope.onStop("janitor", () => janitor.stop())
  const addresses = { allowedRanges: settings.ALLOWED_PRIVATE_RANGES }
  const secrets = createSeededSecrets(box)
  const limits = limitsOf(settings)
  const limiter = {
    requests: createKeyLimit({ name: "requests", perMinute: settings.REQUESTS_PER_MINUTE, store }),
    sends: createKeyLimit({ name: "sends", perMinute: settings.SENDS_PER_MINUTE, store }),
  }
  const known = createKnownAccounts()
  const accountsChange = onNudge(bus, bus.subjects.accountsNudge, () => known.forgetAll())
  scope.onStop("known accounts", async () => accountsChange.stop())
  const access = { hasher, authenticator, limiter, addresses, limits, known, tickets: createOwnerTickets() }
  const parts = { ...access, store, bus, box, secrets, hub, eventLog, streams, log }

  const checks: Record<string, ReadyCheck> = { mongodb: store.check, nats: bus.check }
  const asyncDocument = asyncApiDocument({ prefix: settings.NATS_PREFIX })
  const open = publicRoutes({ checks, document: () => document, asyncDocument: () => asyncDocument })
  const document = openApiDocument({ routes, publicRoutes: open, publicUrl: settings.PUBLIC_URL })
  const idempotency = createIdempotency({ records: store.collections.idempotency, box, log })
  const app = createApp({ parts, idempotency, routes, publicRoutes: [...open, ...referenceFiles()] })
  const sockets = createEventSockets({ parts, max: settings.EVENT_STREAMS_MAX })
  await waiting.close()
  const server = await startServer({ app, upgrade: sockets.upgrade, ...address, log })
  scope.onStop("http", async () => {
    checks["stopping"] = () => "stopping"
    const closed = server.close()
    streams.stop()
    sockets.stop()
    await closed
  })
}

function limitsOf(settings: Config): Limits {
  return {
    accountsMax: settings.ACCOUNTS_MAX,
    webhooksMax: settings.WEBHOOKS_MAX,
    apiKeysMax: settings.API_KEYS_MAX,
    mediaBytesMax: settings.MEDIA_BYTES_MAX,
    jsonBytesMax: settings.JSON_BYTES_MAX,
    mediaFetchMs: settings.MEDIA_FETCH_MS,
    mediaLinkDays: settings.MEDIA_LINK_DAYS,
    ffmpegPath: settings.FFMPEG_PATH,
    pacingDefault: settings.PACING_DEFAULT,
    allowHttpWebhooks: settings.ALLOW_HTTP_WEBHOOKS,
    publicUrl: settings.PUBLIC_URL,
    mediaInternalUrl: settings.MEDIA_INTERNAL_URL,
  }
}
