import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { randomBytes } from "node:crypto"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { simulatedWhatsapp, startSimulatorProcess } from "@wildcat/demo"
import { freePort, root, startMongo, startNats, startProcess, waitUntil } from "@wildcat/testkit"
import type { ServerProcess } from "@wildcat/testkit"
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import type { SimulatorClient } from "@wildcat/whatsapp-simulator/client"
import { casts } from "./plan.ts"
import type { Kind } from "./plan.ts"
import { keepRunning } from "./victim.ts"
import type { Running, Victim } from "./victim.ts"

/** A gateway on servers of its own, every part of it a process that may be struck, against a simulated WhatsApp. */
export interface Gateway {
  victims: Victim[]
  /** The API's processes; a client may use any. */
  apiUrls: string[]
  apiKey: string
  simulator: SimulatorClient
  mongoUrl: string
  natsUrl: string
  database: string
  prefix: string
  stop(): Promise<void>
}

/** What each kind of service is, and the setting with its port. */
const services = {
  worker: { folder: "session-worker", port: "WORKER_PORT" },
  api: { folder: "api", port: "API_PORT" },
  media: { folder: "media", port: "MEDIA_PORT" },
  dispatcher: { folder: "webhook-dispatcher", port: "DISPATCHER_PORT" },
} as const satisfies Partial<Record<Kind, { folder: string; port: string }>>

/** Shorter than in production, so that a storm of a minute contains takeovers, looks at the outbox and repeated calls. */
const hurry = {
  HEARTBEAT_LIMIT_MS: "2500",
  ACCOUNTS_POLL_MS: "500",
  OUTBOX_POLL_MS: "1000",
  MEDIA_WAIT_MS: "3000",
  WEBHOOK_TIMEOUT_MS: "2000",
  WEBHOOK_LEASE_MARGIN_MS: "1000",
  WEBHOOK_RETRY_PAUSES_MS: "200,500",
  WEBHOOK_RETRY_PAUSE_MS_MAX: "1000",
  DISPATCHER_BEAT_MS: "500",
  DISPATCHER_DEAD_MS: "3000",
}

/** Starts everything and waits until it is ready. What each process prints goes to a file in `logFolder`. */
export async function startGateway(options: { seed: number; logFolder: string }): Promise<Gateway> {
  const folder = mkdtempSync(join(tmpdir(), "wc-chaos-"))
  mkdirSync(options.logFolder, { recursive: true })
  const note = noteTo(options.logFolder)
  const simulator = await startSimulatorProcess(join(folder, "simulator"), [
    "--seed",
    String(options.seed),
    "--ack-delay-ms",
    "20",
  ])
  const victims: Victim[] = []
  const stop = async () => {
    // The servers last: the services finish what they have under way.
    await Promise.all(victims.slice(2).map((victim) => victim.end()))
    await Promise.all(victims.slice(0, 2).map((victim) => victim.end()))
    await simulator.process.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const servers = await keepServers(folder, note)
    victims.push(...servers.victims)
    const keyFile = join(folder, "admin-api-key")
    const place = { database: "wildcat_chaos", prefix: "chaos", mongoUrl: servers.mongoUrl, natsUrl: servers.natsUrl }
    const settings = { ...settingsOf({ ...place, keyFile, folder }), ...simulatedWhatsapp(simulator.urls) }
    const apis = await keepServices(victims, settings, note)
    await Promise.all(victims.map((victim) => victim.ready()))
    return {
      ...place,
      victims,
      apiUrls: apis,
      apiKey: readFileSync(keyFile, "utf8").trim(),
      simulator: createSimulatorClient({ url: simulator.urls.controlUrl }),
      stop,
    }
  } catch (error) {
    await stop()
    throw error
  }
}

type Note = (name: string, line: string) => void

function noteTo(folder: string): Note {
  const files = new Map<string, ReturnType<typeof createWriteStream>>()
  return (name, line) => {
    const file = files.get(name) ?? createWriteStream(join(folder, `${name}.log`))
    files.set(name, file)
    file.write(`${line}\n`)
  }
}

async function keepServers(folder: string, note: Note) {
  const port = await freePort()
  const [first, mongo] = await Promise.all([
    startNats(join(folder, "nats"), { port }),
    startMongo(join(folder, "mongodb"), { socketFolder: folder, flushed: true }),
  ])
  const keep = (kind: "nats" | "mongodb", begun: ServerProcess, startNext: () => Promise<ServerProcess>) => {
    const before = [begun]
    const start = async (): Promise<Running> => {
      const server = before.pop() ?? (await startNext())
      void server.exited.then(() => note(`${kind}-1`, server.output()))
      return server
    }
    return keepRunning({
      kind,
      name: `${kind}-1`,
      start,
      ready: async () => undefined,
      onTrouble: (error) => note(`${kind}-1`, String(error)),
    })
  }
  return {
    mongoUrl: mongo.url,
    natsUrl: first.url,
    victims: [
      keep("nats", first, () => startNats(join(folder, "nats"), { port })),
      keep("mongodb", mongo, () => startMongo(join(folder, "mongodb"), { socketFolder: folder, flushed: true })),
    ],
  }
}

function settingsOf(place: {
  database: string
  prefix: string
  mongoUrl: string
  natsUrl: string
  keyFile: string
  folder: string
}): Record<string, string> {
  return {
    NODE_ENV: "development",
    NODE_COMPILE_CACHE: join(place.folder, "compile-cache"),
    LOG_LEVEL: "info",
    ADMIN_API_KEY_FILE: place.keyFile,
    MONGO_URL: place.mongoUrl,
    MONGO_DATABASE: place.database,
    NATS_URL: place.natsUrl,
    NATS_PREFIX: place.prefix,
    SECRETS_KEY: randomBytes(32).toString("hex"),
    API_KEY_PEPPER: randomBytes(32).toString("hex"),
    HEALTH_HOST: "127.0.0.1",
    API_HOST: "127.0.0.1",
    MEDIA_HOST: "127.0.0.1",
    ...hurry,
  }
}

/** Adds the services to the victims; returns the URLs of the APIs. */
async function keepServices(victims: Victim[], settings: Record<string, string>, note: Note): Promise<string[]> {
  const kinds = Object.keys(services) as (keyof typeof services)[] // the keys of the table above
  const places = kinds.flatMap((kind) => Array.from({ length: casts[kind] }, (_, index) => ({ kind, index })))
  const ported = await Promise.all(places.map(async (place) => ({ ...place, port: await freePort() })))
  const urlsOf = (kind: Kind) =>
    ported.filter((place) => place.kind === kind).map(({ port }) => `http://127.0.0.1:${port}`)
  const [publicUrl = ""] = urlsOf("api")
  const [mediaUrl = ""] = urlsOf("media")
  for (const { kind, index, port } of ported) {
    const name = `${kind}-${index + 1}`
    const env = { ...settings, PUBLIC_URL: publicUrl, MEDIA_INTERNAL_URL: mediaUrl, WORKER_ID: name }
    victims.push(keepService({ kind, name, port, env, note }))
  }
  return urlsOf("api")
}

function keepService(options: {
  kind: keyof typeof services
  name: string
  port: number
  env: Record<string, string>
  note: Note
}): Victim {
  const { folder, port: setting } = services[options.kind]
  return keepRunning({
    kind: options.kind,
    name: options.name,
    start: async () => {
      const { pid, exited } = await startProcess({
        entry: `${root}/services/${folder}/src/main.ts`,
        env: { ...options.env, [setting]: String(options.port) },
        onLine: (line) => options.note(options.name, line),
      })
      return { group: pid, exited }
    },
    ready: () =>
      waitUntil(`${options.name} is ready`, () => isReady(`http://127.0.0.1:${options.port}/readyz`), {
        timeoutMs: 120_000,
        everyMs: 100,
      }),
    onTrouble: (error) => options.note(options.name, String(error)),
  })
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2_000) })
  await response.body?.cancel()
  return response.status === 200
}
