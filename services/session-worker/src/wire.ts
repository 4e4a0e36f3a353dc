import { connectBus, onNudge, provisionStreams } from "@wildcat/shared/bus"
import { createSecretBox } from "@wildcat/shared/runtime"
import type { Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { Config } from "./config.ts"
import { startHeartbeats } from "./ownership/heartbeats.ts"
import { createSupervisor } from "./ownership/supervisor.ts"
import { openSession } from "./session/session.ts"
import type { SessionSettings } from "./session/parts.ts"
import { silenceConsole } from "./whatsapp/silence-console.ts"
import { enforceStrictness } from "./whatsapp/strictness.ts"

/** An operation that MongoDB never answers fails after this time: it must not hold a session back for ever. */
const storeSilenceMs = 10_000

/** Constructs the service and starts it; the only place that does. */
export async function wire(config: Config, scope: Scope): Promise<void> {
  const { log } = scope
  silenceConsole()
  enforceStrictness({ rootKey: config.WHATSAPP_ROOT_KEY })
  const store = await connectStore({
    mongoUrl: config.MONGO_URL,
    database: config.MONGO_DATABASE,
    name: "session-worker",
    silenceMs: storeSilenceMs,
    log,
  })
  scope.onStop("store", () => store.close())
  scope.check("mongodb", store.check)
  const bus = await connectBus({ natsUrl: config.NATS_URL, prefix: config.NATS_PREFIX, name: "session-worker", log })
  scope.onStop("bus", () => bus.close())
  scope.check("nats", bus.check)
  await provisionStreams(bus, { replicas: config.NATS_REPLICAS, eventsDays: config.EVENTS_DAYS })

  const box = createSecretBox(config.SECRETS_KEY, config.SECRETS_KEY_PREVIOUS)
  const settings = sessionSettings(config)
  const load = { sessions: () => 0, draining: false }
  const heartbeats = await startHeartbeats(bus, {
    worker: config.WORKER_ID,
    limitMs: config.HEARTBEAT_LIMIT_MS,
    replicas: config.NATS_REPLICAS,
    load: () => ({ sessions: load.sessions(), draining: load.draining }),
    superseded: () => scope.fail(new Error("another process uses the same WORKER_ID")),
    log,
  })
  scope.onStop("heartbeats", () => heartbeats.stop())
  const supervisor = createSupervisor({
    worker: config.WORKER_ID,
    bus,
    store,
    log,
    liveness: heartbeats,
    pollMs: config.ACCOUNTS_POLL_MS,
    unownedMsMax: config.HEARTBEAT_LIMIT_MS,
    sessionsMax: config.SESSIONS_MAX,
    openingMax: config.SESSIONS_OPENING_MAX,
    open: (account, epoch) => openSession({ account, epoch, bus, store, box, settings, log }),
  })
  load.sessions = () => supervisor.sessions
  scope.onStop("sessions", () => {
    load.draining = true
    return supervisor.stop()
  })
  const nudges = onNudge(bus, bus.subjects.accountsNudge, () => supervisor.look())
  scope.onStop("nudges", () => nudges.stop())
}

function sessionSettings(config: Config): SessionSettings {
  const [major, minor, patch] = config.WHATSAPP_VERSION?.split(".").map(Number) ?? []
  const version = major === undefined || minor === undefined || patch === undefined ? undefined : [major, minor, patch]
  return {
    socket: {
      url: config.WHATSAPP_URL,
      version: version as [number, number, number] | undefined,
      browserName: config.BROWSER_NAME,
      qrLifeMs: config.QR_LIFE_MS,
      keepAliveMs: config.KEEP_ALIVE_MS,
    },
    publicUrl: config.PUBLIC_URL.replace(/\/$/, ""),
    mediaLinkDays: config.MEDIA_LINK_DAYS,
    qrRounds: config.QR_ROUNDS,
    resendMsMax: config.IN_DOUBT_RESEND_MS,
    outboxPollMs: config.OUTBOX_POLL_MS,
    commitPatienceMs: config.COMMIT_PATIENCE_MS,
    // One server stores what one connection publishes in order; while replicas change their leader, earlier ones may be lost.
    publishesMax: config.NATS_REPLICAS === 1 ? 64 : 1,
  }
}
