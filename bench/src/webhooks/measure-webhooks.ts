import { randomBytes } from "node:crypto"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import { connectBus, provisionStreams, publishEvent } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { connectStore, markWebhookChanged } from "@wildcat/shared/store"
import { freePort, startProcess, waitUntil } from "@wildcat/testkit"
import pino from "pino"
import { z } from "zod"
import type { WebhookRates } from "./report.ts"

interface Place {
  mongoUrl: string
  database: string
  natsUrl: string
  prefix: string
}

interface Request {
  events: number
  webhooks: number
  undo(stop: () => Promise<unknown>): void
}

const warmUp = 200
const Took = z.object({ tookMs: z.number() })
const Status = z.object({ opcounters: z.object({ insert: z.coerce.number(), update: z.coerce.number() }) })
const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Events to webhooks through the dispatcher, each delivery recorded, beside a plain got loop that posts as many bodies of
 * the same size to the same receiver with as many requests under way. Each has a process of its own.
 */
export async function measureWebhooks(place: Place, { events: count, webhooks, undo }: Request): Promise<WebhookRates> {
  const log = pino({ level: "silent" })
  const store = await connectStore({ ...place, name: "bench", log })
  undo(() => store.close())
  const bus = await connectBus({ ...place, name: "bench", log })
  undo(() => bus.close())
  await provisionStreams(bus, { replicas: 1, eventsDays: 1 })
  const receiver = await startCounter()
  undo(receiver.stop)

  const tenant = newId("tenant")
  const secretsKey = randomBytes(32).toString("hex")
  const box = createSecretBox(secretsKey)
  for (let index = 0; index < webhooks; index += 1) {
    const _id = newId("webhook")
    const secret = box.seal(Buffer.from(`whsec_${randomBytes(32).toString("base64")}`), `webhook:${_id}`)
    const now = new Date()
    const rest = { account: null, events: ["*"], enabled: true, description: null, createdAt: now, updatedAt: now }
    await store.models.webhooks.create({ _id, tenant, url: `${receiver.url}/${index}`, secret, ...rest })
    await markWebhookChanged(store.collections, _id)
  }
  const port = String(await freePort())
  const dispatcher = await startProcess({
    entry: source("../../../services/webhook-dispatcher/src/main.ts"),
    env: {
      NODE_ENV: "development",
      LOG_LEVEL: "warn",
      MONGO_URL: place.mongoUrl,
      MONGO_DATABASE: place.database,
      NATS_URL: place.natsUrl,
      NATS_PREFIX: place.prefix,
      SECRETS_KEY: secretsKey,
      DISPATCHER_PORT: port,
      HEALTH_HOST: "127.0.0.1",
      ALLOW_HTTP_WEBHOOKS: "true",
      ALLOWED_PRIVATE_RANGES: "127.0.0.0/8",
    },
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  })
  undo(() => dispatcher.stop())

  const publishAll = (events: readonly WildcatEvent[]) => inLanes(events, 64, (event) => publishEvent(bus, event))
  const arrivedAll = (total: number) =>
    waitUntil("every delivery arrived", () => receiver.arrivals() >= total, { timeoutMs: 180_000 })

  await publishAll(eventsOf(tenant, warmUp))
  await arrivedAll(warmUp * webhooks)
  const { deliveries } = store.collections
  const recorded = () =>
    waitUntil(
      "every delivery is recorded",
      async () => (await deliveries.countDocuments({ status: "pending" })) === 0,
      {
        timeoutMs: 60_000,
      },
    )
  await recorded()

  const timed = eventsOf(tenant, count)
  const before = await opcounters(store)
  receiver.forget()
  const started = performance.now()
  const publishedAt = new Map<string, number>()
  await inLanes(timed, 64, (event) => {
    publishedAt.set(event.id, performance.now())
    return publishEvent(bus, event)
  })
  await arrivedAll(count * webhooks)
  const tookMs = performance.now() - started
  await recorded()
  const after = await opcounters(store)
  const latenciesMs = receiver.times().map(({ id, at }) => at - (publishedAt.get(id) ?? at))
  // One at a time: how long an event takes when nothing else is under way.
  const singleMs: number[] = []
  for (const event of eventsOf(tenant, 100)) {
    receiver.forget()
    const at = performance.now()
    await publishEvent(bus, event)
    await receiver.reaches(webhooks)
    singleMs.push(performance.now() - at)
  }

  const bytes = Buffer.byteLength(JSON.stringify(timed[0]))
  const total = count * webhooks
  const lanes = 8 * webhooks
  const loop = await startProcess({
    entry: source("plain-loop.ts"),
    env: {},
    args: [receiver.url, String(total), String(lanes), String(bytes)],
  })
  undo(() => loop.stop())
  const { code } = await loop.exited
  if (code !== 0) throw new Error(`the plain loop failed:\n${loop.lines.join("\n")}`)
  const line = await waitUntil("its result", () => loop.lines.find((each) => each.startsWith("{")))
  return {
    deliveries: total,
    webhooks,
    bytes,
    perSecond: total / (tookMs / 1_000),
    plainPerSecond: total / (Took.parse(JSON.parse(line)).tookMs / 1_000),
    latenciesMs,
    singleMs,
    writes: before && after ? (after - before) / total : null,
  }
}

/** Documents inserted and updates since the server's start; null where the server does not count. */
async function opcounters(store: Awaited<ReturnType<typeof connectStore>>): Promise<number | null> {
  const status = Status.safeParse(await store.db.admin().serverStatus())
  return status.success ? status.data.opcounters.insert + status.data.opcounters.update : null
}

function eventsOf(tenant: string, count: number): WildcatEvent[] {
  const account = newId("account")
  const nobody = { pn: "4915112345678@s.whatsapp.net", lid: null }
  return Array.from({ length: count }, (_, index) => ({
    specversion: "1.0",
    id: newId("event"),
    source: `/accounts/${account}`,
    type: "message.received",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant,
    account,
    sequence: index + 1,
    data: {
      id: newId("message"),
      waId: "3EB0538DA65A59F6D8A251",
      chat: { jid: nobody.pn, kind: "direct", ...nobody },
      author: nobody,
      authorName: "Ada",
      fromMe: false,
      source: "contact",
      timestamp: new Date().toISOString(),
      content: { type: "text", text: `Message number ${index} of this round` },
      media: null,
      quoted: null,
      mentions: [],
    },
  }))
}

async function inLanes<T>(items: readonly T[], lanes: number, act: (item: T) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async () => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await act(item)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** An endpoint that answers 204 at once and notes when each id came. */
async function startCounter() {
  let arrivals: { id: string; at: number }[] = []
  let wanted: { total: number; resolve(): void } | null = null
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      arrivals.push({ id: String(request.headers["webhook-id"]), at: performance.now() })
      response.writeHead(204).end()
      if (wanted && arrivals.length >= wanted.total) wanted.resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    arrivals: () => arrivals.length,
    times: () => arrivals,
    forget: () => {
      arrivals = []
    },
    reaches: (total: number) =>
      new Promise<void>((resolve) => {
        wanted = { total, resolve }
        if (arrivals.length >= total) resolve()
      }),
    stop: () => {
      server.closeAllConnections()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
