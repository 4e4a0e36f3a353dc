import { root } from "../paths.ts"
import { freePort } from "./free-port.ts"
import { startProcess } from "./service-process.ts"
import type { ServiceProcess } from "./service-process.ts"

/** The four services, in the order in which they start; they stop in reverse. */
export const serviceNames = ["media", "session-worker", "webhook-dispatcher", "api"] as const
export type ServiceName = (typeof serviceNames)[number]

export interface StackOptions {
  mongoUrl: string
  natsUrl: string
  database: string
  prefix: string
  /** Secrets, 64 hex digits each. */
  secretsKey: string
  pepper: string
  /** Settings of all services, then of single ones. */
  env?: Record<string, string>
  extraEnv?: Partial<Record<ServiceName, Record<string, string>>>
  /** What to start; the sources by default. */
  entries?: Record<ServiceName, string>
  apiPort?: number
  onLine?: (service: ServiceName, line: string) => void
}

/** The whole gateway as processes. */
export interface Stack {
  apiUrl: string
  services: Record<ServiceName, ServiceProcess>
  /** Starts a service again (after it died), with other settings if given. Waits until it is ready. */
  restart(name: ServiceName, env?: Record<string, string>): Promise<void>
  /** Stops the services in reverse order. */
  stop(): Promise<void>
}

/** Starts the four services as separate processes on free ports and waits until each is ready. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const ports = {
    api: options.apiPort ?? (await freePort()),
    "session-worker": await freePort(),
    media: await freePort(),
    "webhook-dispatcher": await freePort(),
  }
  const settings = settingsOf(options, ports)
  const start = (name: ServiceName, env: Record<string, string> = {}) =>
    startProcess({
      entry: options.entries?.[name] ?? `${root}/services/${name}/src/main.ts`,
      env: { ...settings, ...options.env, ...options.extraEnv?.[name], ...env },
      readyUrl: `http://127.0.0.1:${ports[name]}/readyz`,
      onLine: (line) => options.onLine?.(name, line),
    })
  const results = await Promise.allSettled(serviceNames.map((name) => start(name)))
  const started = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))
  const failed = results.find((result) => result.status === "rejected")
  const [media, worker, dispatcher, api] = started
  if (failed || !media || !worker || !dispatcher || !api) {
    await Promise.all(started.map((service) => service.stop()))
    throw failed?.reason ?? new Error("a service did not start")
  }
  const services = { media, "session-worker": worker, "webhook-dispatcher": dispatcher, api }
  return {
    apiUrl: settings.PUBLIC_URL,
    services,
    restart: async (name, env) => {
      services[name] = await start(name, env)
    },
    stop: async () => {
      for (const name of serviceNames.toReversed()) await services[name].stop()
    },
  }
}

function settingsOf(options: StackOptions, ports: Record<ServiceName, number>) {
  return {
    NODE_ENV: "development",
    MONGO_URL: options.mongoUrl,
    MONGO_DATABASE: options.database,
    NATS_URL: options.natsUrl,
    NATS_PREFIX: options.prefix,
    SECRETS_KEY: options.secretsKey,
    API_KEY_PEPPER: options.pepper,
    WORKER_ID: "worker-1",
    // Everything listens on the loopback address alone unless the settings given say otherwise.
    HEALTH_HOST: "127.0.0.1",
    API_HOST: "127.0.0.1",
    MEDIA_HOST: "127.0.0.1",
    API_PORT: String(ports.api),
    WORKER_PORT: String(ports["session-worker"]),
    MEDIA_PORT: String(ports.media),
    DISPATCHER_PORT: String(ports["webhook-dispatcher"]),
    PUBLIC_URL: `http://127.0.0.1:${ports.api}`,
    MEDIA_INTERNAL_URL: `http://127.0.0.1:${ports.media}`,
  }
}
