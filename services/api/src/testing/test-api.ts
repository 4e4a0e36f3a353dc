import { randomBytes } from "node:crypto"
import { connectBus, serveCommands } from "@wildcat/shared/bus"
import type { Bus, CommandHandlers } from "@wildcat/shared/bus"
import { newId } from "@wildcat/shared/contracts"
import { readConfig } from "@wildcat/shared/runtime"
import type { ReadyCheck, Scope } from "@wildcat/shared/runtime"
import { connectStore } from "@wildcat/shared/store"
import type { AccountDoc, Store } from "@wildcat/shared/store"
import { silentLog } from "@wildcat/shared/testing"
import { freePort, isolated } from "@wildcat/testkit"
import { config } from "../config.ts"
import { createKeyHasher } from "../keys/api-key.ts"
import { startApi } from "../wire.ts"

export const secretsKey = "5e".repeat(32)
export const pepper = "9e".repeat(32)

/** JSON of any form: tests say what they expect of it. */
export type Parsed = ReturnType<typeof JSON.parse>

/** An answer of the API, its body parsed when it is JSON. */
export interface Answer {
  status: number
  headers: Headers
  body: Parsed
}

export interface CallOptions {
  /** Null: without a key. The first tenant's admin key by default. */
  key?: string | null
  body?: unknown
  raw?: string | Uint8Array<ArrayBuffer> | FormData | ReadableStream
  headers?: Record<string, string>
  signal?: AbortSignal
}

/** A whole API in this process, on real servers, in a place of its own. */
export interface TestApi {
  url: string
  adminKey: string
  tenant: string
  store: Store
  bus: Bus
  env: Record<string, string>
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  request(method: string, path: string, options?: CallOptions): Promise<Response>
  /** A key of any tenant, made past the API. */
  makeKey(key?: {
    tenant?: string
    scopes?: string[]
    account?: string | null
    expiresAt?: Date | null
  }): Promise<string>
  makeAccount(account?: Partial<AccountDoc>): Promise<AccountDoc>
  /** Answers commands for an account as a session worker would. */
  serve(account: string, handlers: Partial<CommandHandlers>): Promise<{ stop(): void }>
  stop(): Promise<void>
}

export async function startTestApi(env: Record<string, string> = {}): Promise<TestApi> {
  const place = isolated()
  const port = await freePort()
  const adminKey = `wc_${newId("apiKey").slice(4)}_${randomBytes(32).toString("base64url")}`
  const settings = {
    NODE_ENV: "test",
    MONGO_URL: place.mongoUrl,
    MONGO_DATABASE: place.database,
    NATS_URL: place.natsUrl,
    NATS_PREFIX: place.prefix,
    SECRETS_KEY: secretsKey,
    API_KEY_PEPPER: pepper,
    API_HOST: "127.0.0.1",
    API_PORT: String(port),
    PUBLIC_URL: `http://127.0.0.1:${port}`,
    ADMIN_API_KEY: adminKey,
    ALLOWED_PRIVATE_RANGES: "127.0.0.0/8",
    REQUESTS_PER_MINUTE: "0",
    SENDS_PER_MINUTE: "0",
    PACING_DEFAULT: "off",
    ...env,
  }
  const { scope, stop } = testScope()
  await startApi(readConfig(config, settings), scope)
  const store = await connectStore({ ...place, name: "test", log: silentLog })
  const { NATS_URL: natsUrl, NATS_PREFIX: prefix } = settings
  const bus = await connectBus({ natsUrl, prefix, name: "test", log: silentLog })
  const url = `http://127.0.0.1:${port}`
  const first = await store.models.tenants.findOne().lean()
  const tenant = String(first?._id)
  const request: TestApi["request"] = (method, path, options = {}) => {
    const key = options.key === undefined ? adminKey : options.key
    const json = options.body !== undefined
    const body = options.raw ?? (json ? JSON.stringify(options.body) : undefined)
    return fetch(url + path, {
      method,
      redirect: "manual",
      headers: {
        ...(key === null ? {} : { "x-api-key": key }),
        ...(json ? { "content-type": "application/json" } : {}),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body, duplex: "half" as const }),
      ...(options.signal ? { signal: options.signal } : {}),
    })
  }
  return {
    url,
    adminKey,
    tenant,
    store,
    bus,
    env: settings,
    request,
    async call(method, path, options) {
      const response = await request(method, path, options)
      const text = await response.text()
      const isJson = response.headers.get("content-type")?.includes("json") && text !== ""
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
    },
    async makeKey(key = {}) {
      const id = newId("apiKey")
      const text = `wc_${id.slice(4)}_${randomBytes(32).toString("base64url")}`
      await store.models.apiKeys.create({
        _id: id,
        tenant,
        name: "test",
        hash: createKeyHasher(pepper).hash(text),
        scopes: ["admin"],
        account: null,
        createdAt: new Date(),
        expiresAt: null,
        revokedAt: null,
        ...key,
      } as never)
      return text
    },
    async makeAccount(account = {}) {
      const now = new Date()
      const doc: AccountDoc = {
        _id: newId("account"),
        tenant,
        name: "test",
        desired: "running",
        status: "connected",
        reason: null,
        me: { pn: "4915100000001@s.whatsapp.net", lid: "100000000000001@lid" },
        owner: null,
        statusAt: now,
        createdAt: now,
        updatedAt: now,
        ...account,
      }
      await store.models.accounts.create(doc)
      return doc
    },
    async serve(account, handlers) {
      const serving = serveCommands(bus, {
        account,
        log: silentLog,
        handlers: {
          "account.qr": async () => ({ qr: null, expiresAt: null }),
          "account.logout": async () => ({}),
          "message.send": async () => ({ status: "server_ack" }),
          ...handlers,
        },
      })
      // The server knows of it before anybody asks.
      await bus.connection.flush()
      return serving
    },
    async stop() {
      await stop()
      await bus.close()
      await store.close()
      await place.cleanup()
    },
  }
}

function testScope(): { scope: Scope; stop: () => Promise<void> } {
  const stops: (() => void | Promise<void>)[] = []
  const checks: Record<string, ReadyCheck> = {}
  return {
    scope: {
      log: silentLog,
      onStop: (_name, stop) => stops.push(stop),
      check: (name, check) => (checks[name] = check),
      fail: (error) => {
        throw error
      },
    },
    stop: async () => {
      for (const stop of stops.toReversed()) await stop()
    },
  }
}

/** A real image, of one pixel. */
export const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
)
