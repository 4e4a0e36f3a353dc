import { connectBus, noneUndecryptable, onNudge, provisionStreams } from "@wildcat/shared/bus"
import { createSecretBox, tolerate } from "@wildcat/shared/runtime"
import type { Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { HandOver } from "@wildcat/shared/store"
import type { Config } from "./config.ts"
import { startHeartbeats } from "./ownership/heartbeats.ts"
import { watchMemory } from "./ownership/memory-guard.ts"
import { createSupervisor } from "./ownership/supervisor.ts"
import type { Supervisor } from "./ownership/supervisor.ts"
import { createAdmission } from "./session/admission.ts"
import { openSession } from "./session/session.ts"
import type { SessionSettings } from "./session/parts.ts"
import { silenceConsole } from "./whatsapp/silence-console.ts"
import { enforceStrictness } from "./whatsapp/strictness.ts"

/** An operation that MongoDB never answers fails after this time: it must not hold a session back for ever. */
const storeSilenceMs = 10_000

/** Builds the service; everything it starts is registered to be stopped. */
export async function startWorker(config: Config, scope: Scope): Promise<void> {
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

  const admission = createAdmission({ connecting: config.CONNECTING_MAX, linking: config.LINKING_MAX })
  const box = createSecretBox(config.SECRETS_KEY, config.SECRETS_KEY_PREVIOUS)
  const settings = sessionSettings(config)
  /** Set when the process is to end: why its sessions go to others. */
  let leaving: HandOver["why"] | null = null
  let supervisor: Supervisor | null = null
  const capacity = config.SESSIONS_MAX
  const undecryptable = noneUndecryptable()
  const heartbeats = await startHeartbeats(bus, {
    worker: config.WORKER_ID,
    limitMs: config.HEARTBEAT_LIMIT_MS,
    replicas: config.NATS_REPLICAS,
    load: () => ({ sessions: supervisor?.sessions ?? 0, capacity, draining: leaving !== null, undecryptable }),
    superseded: () => scope.fail(new Error("another process uses the same WORKER_ID")),
    changed: () => supervisor?.look(),
    log,
  })
  scope.onStop("heartbeats", () => heartbeats.stop())
  const sessions = createSupervisor({
    worker: config.WORKER_ID,
    bus,
    store,
    log,
    liveness: heartbeats,
    isDraining: () => leaving !== null || heartbeats.isDrained,
    pollMs: config.ACCOUNTS_POLL_MS,
    unownedMsMax: config.HEARTBEAT_LIMIT_MS,
    sessionsMax: config.SESSIONS_MAX,
    openingMax: config.SESSIONS_OPENING_MAX,
    movesMax: config.MOVES_MAX,
    open: (account, epoch) => openSession({ account, epoch, bus, store, box, settings, admission, undecryptable, log }),
  })
  supervisor = sessions
  scope.onStop("sessions", async () => {
    leaving ??= "shutdown"
    void tolerate(heartbeats.announce(), "the next beat tells it", log)
    await sessions.stop(leaving)
  })
  const nudges = onNudge(bus, bus.subjects.accountsNudge, (accounts) => sessions.look(accounts))
  scope.onStop("nudges", () => nudges.stop())
  if (config.WORKER_RSS_MAX_MB > 0) {
    const memory = watchMemory({
      rssBytesMax: config.WORKER_RSS_MAX_MB * 1_048_576,
      over: (rssBytes) => {
        log.warn({ rssBytes, rssMbMax: config.WORKER_RSS_MAX_MB }, "memory.over_limit")
        leaving = "drained"
        scope.fail(new Error("the process is over its limit of memory"))
      },
      log,
    })
    scope.onStop("memory", () => memory.stop())
  }
}

/** About as much of its history a phone hands over by itself. */
const historyDaysUnasked = 90

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
      fullHistory: config.HISTORY_DAYS > historyDaysUnasked,
    },
    publicUrl: config.PUBLIC_URL.replace(/\/$/, ""),
    mediaLinkDays: config.MEDIA_LINK_DAYS,
    historyDays: config.HISTORY_DAYS,
    qrRounds: config.QR_ROUNDS,
    resendMsMax: config.IN_DOUBT_RESEND_MS,
    outboxPollMs: config.OUTBOX_POLL_MS,
    askAgainMs: config.MISSED_ASK_MS,
    deafAfterMs: config.DEAF_AFTER_MS,
    pacing: config.PACING_DEFAULT,
    commitPatienceMs: config.COMMIT_PATIENCE_MS,
    // One server stores what one connection publishes in order; while replicas change their leader, earlier ones may be lost.
    publishesMax: config.NATS_REPLICAS === 1 ? 128 : 1,
  }
}
