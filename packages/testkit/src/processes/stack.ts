import { root } from "../paths.ts"
import { freePort } from "./free-port.ts"
import { startProcess } from "./service-process.ts"
import type { ServiceProcess } from "./service-process.ts"

/** The four services, in the order in which they start; they stop in reverse. */
export const serviceNames = ["media", "session-worker", "webhook-dispatcher", "api"] as const
export type ServiceName = (typeof serviceNames)[number]

/** The setting with the port of each service's `/readyz`. */
const portSettings = {
  media: "MEDIA_PORT",
  "session-worker": "WORKER_PORT",
  "webhook-dispatcher": "DISPATCHER_PORT",
  api: "API_PORT",
} satisfies Record<ServiceName, string>

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
  /** Starts one more process of a service, on a port of its own; it stops with the stack. */
  add(name: ServiceName, env?: Record<string, string>): Promise<ServiceProcess>
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
  const start = (name: ServiceName, env: Record<string, string> = {}, port = ports[name]) =>
    startProcess({
      entry: options.entries?.[name] ?? `${root}/services/${name}/src/main.ts`,
      env: { ...settings, [portSettings[name]]: String(port), ...options.env, ...options.extraEnv?.[name], ...env },
      readyUrl: `http://127.0.0.1:${port}/readyz`,
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
  const added: ServiceProcess[] = []
  return {
    apiUrl: settings.PUBLIC_URL,
    services,
    restart: async (name, env) => {
      services[name] = await start(name, env)
    },
    add: async (name, env) => {
      const port = await freePort()
      const service = await start(name, { WORKER_ID: `worker-${added.length + 2}`, ...env }, port)
      added.push(service)
      return service
    },
    stop: async () => {
      await Promise.all(added.map((service) => service.stop()))
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
    PUBLIC_URL: `http://127.0.0.1:${ports.api}`,
    MEDIA_INTERNAL_URL: `http://127.0.0.1:${ports.media}`,
  }
}
