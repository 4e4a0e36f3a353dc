import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { fileURLToPath } from "node:url"
import { nudge, requestCommand } from "@wildcat/shared/bus"
import type { Bus } from "@wildcat/shared/bus"
import { messageId, newId } from "@wildcat/shared/contracts"
import type {
  CommandReply,
  CommandRequest,
  CommandVerb,
  EventType,
  MessageStatus,
  OutboundContent,
  WildcatEvent,
} from "@wildcat/shared/contracts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { AccountDoc, OutboxDoc, Store } from "@wildcat/shared/store"
import { openTestPlace } from "@wildcat/shared/testing"
import type { TestPlace } from "@wildcat/shared/testing"
import { freePort, isolated, startProcess, waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { startSimulator } from "@wildcat/whatsapp-simulator"
import type { Simulator } from "@wildcat/whatsapp-simulator"
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import type { SimulatorClient } from "@wildcat/whatsapp-simulator/client"

const entry = fileURLToPath(new URL("../src/main.ts", import.meta.url))

export interface Account {
  id: string
  phoneId: string
  pn: string
  /** A command to the owner of its session, as the API gives it. */
  order<V extends CommandVerb>(verb: V, request: CommandRequest<V>): Promise<CommandReply<V>>
}

/** A worker as its own process between real NATS and MongoDB and a local WhatsApp. */
export interface World {
  whatsapp: SimulatorClient
  store: Store
  bus: Bus
  box: SecretBox
  tenant: string
  startWorker(env?: Record<string, string>, onLine?: (line: string) => void): Promise<ServiceProcess>
  /** `fields`: what is known of it from the start. */
  createAccount(fields?: Partial<AccountDoc>): Promise<string>
  /** A new account whose phone has scanned the code. */
  linkAccount(fields?: Partial<AccountDoc>): Promise<Account>
  scan(account: string, phoneId: string): Promise<void>
  account(id: string): Promise<AccountDoc>
  waitForStatus(id: string, status: AccountDoc["status"]): Promise<AccountDoc>
  setDesired(id: string, desired: AccountDoc["desired"]): Promise<void>
  /** Puts a row in the outbox and wakes the owner, as the API does. Returns the message's id. */
  queue(
    account: string,
    to: string,
    content: OutboundContent,
    quoted?: { waId: string },
    extras?: Partial<OutboxDoc>,
  ): Promise<{ id: string; waId: string }>
  send(account: string, message: string, wait?: boolean): Promise<MessageStatus>
  /** What a contact has decrypted under this id; waits for it. */
  received(contactId: string, waId: string): ReturnType<SimulatorClient["waitForMessage"]>
  /** Puts a file into the media store, as an upload does. Returns its id. */
  storeFile(bytes: Buffer, mimetype?: string): Promise<string>
  /** Every event in the stream so far, in order. */
  events<T extends EventType>(type?: T, account?: string): Promise<Extract<WildcatEvent, { type: T }>[]>
  stop(): Promise<void>
}

/** A world with one worker, which has linked one account. `env`: settings of the worker. */
export async function createLinkedWorld(
  env?: Record<string, string>,
): Promise<{ world: World; worker: ServiceProcess; account: Account }> {
  const world = await createWorld()
  const worker = await world.startWorker(env)
  return { world, worker, account: await world.linkAccount() }
}

/** `natsUrl`: a server that this test starts and stops itself. */
export async function createWorld({ natsUrl }: { natsUrl?: string } = {}): Promise<World> {
  const shared = isolated()
  const place = await openTestPlace(natsUrl === undefined ? shared : isolated({ mongoUrl: shared.mongoUrl, natsUrl }))
  const { store, bus, box } = place
  const simulator = await startSimulator({ ackDelayMs: 20 })
  const folder = mkdtempSync(join(tmpdir(), "worker-test-"))
  writeFileSync(join(folder, "ca.pem"), simulator.mediaCaPem)
  const whatsapp = createSimulatorClient({ url: simulator.controlUrl })
  const tenant = newId("tenant")
  const processes: ServiceProcess[] = []
  const account = async (id: string) => {
    const found = await store.models.accounts.findById(id).lean<AccountDoc | null>()
    if (found === null) throw new Error("there is no such account")
    return found
  }
  const world: World = {
    whatsapp,
    store,
    bus,
    tenant,
    account,
    box,
    async startWorker(env = {}, onLine) {
      const port = Number(env["WORKER_PORT"] ?? (await freePort()))
      const worker = await startProcess({
        entry,
        env: { ...workerEnv(place, simulator, join(folder, "ca.pem")), WORKER_PORT: String(port), ...env },
        readyUrl: `http://127.0.0.1:${port}/readyz`,
        onLine: (line) => {
          onLine?.(line)
          if (process.env["SHOW_WORKER"]) process.stderr.write(`${line}\n`)
        },
      })
      processes.push(worker)
      return worker
    },
    async createAccount(fields = {}) {
      const now = new Date()
      const id = newId("account")
      await store.models.accounts.create({
        _id: id,
        tenant,
        name: "test",
        desired: "running",
        status: "created",
        reason: null,
        me: null,
        owner: null,
        statusAt: now,
        createdAt: now,
        updatedAt: now,
        ...fields,
      })
      nudge(bus, bus.subjects.accountsNudge)
      return id
    },
    async linkAccount(fields) {
      const id = await world.createAccount(fields)
      const phone = await whatsapp.createPhone()
      await world.scan(id, phone.id)
      await world.waitForStatus(id, "connected")
      return {
        id,
        phoneId: phone.id,
        pn: phone.pn,
        order: (verb, request) => requestCommand(bus, { account: id, verb, request }),
      }
    },
    async scan(id, phoneId) {
      const qr = await waitUntil("a QR code", async () => {
        const reply = await requestCommand(bus, { account: id, verb: "account.qr", request: {} })
        return reply.qr
      })
      await whatsapp.scanQr({ phoneId, qr })
    },
    waitForStatus: (id, status) =>
      waitUntil(`account status ${status}`, async () => {
        const found = await account(id)
        return found.status === status && found
      }),
    async setDesired(id, desired) {
      await store.models.accounts.updateOne({ _id: id }, { $set: { desired, updatedAt: new Date() } })
      nudge(bus, bus.subjects.accountsNudge)
    },
    async queue(accountId, to, content, quoted, extras) {
      const now = new Date()
      const waId = `3EB0${newId("request").slice(-16)}`
      const id = messageId({ account: accountId, chat: to, author: "", waId, fromMe: true })
      await store.collections.outbox.insertOne({
        _id: id,
        tenant,
        account: accountId,
        waId,
        to,
        content,
        quoted: quoted ?? null,
        status: "queued",
        error: null,
        priority: 1,
        sendAt: null,
        dueAt: now,
        expiresAt: null,
        createdAt: now,
        updatedAt: now,
        ...extras,
      })
      return { id, waId }
    },
    async send(accountId, message, wait = true) {
      const reply = await requestCommand(bus, { account: accountId, verb: "message.send", request: { message, wait } })
      // What a test reads next was told before it could be read.
      if (wait) await requestCommand(bus, { account: accountId, verb: "message.settle", request: {} })
      return reply.status
    },
    received: (contactId, waId) => whatsapp.waitForMessage({ contactId, match: { messageId: waId } }),
    async storeFile(bytes, mimetype = "image/jpeg") {
      const id = newId("media")
      const described = { id, tenant, account: null, mimetype, fileName: null }
      await store.media.put(Readable.from([bytes]), described, { bytesMax: bytes.length })
      return id
    },
    events: (type, accountId) => readEvents(bus, type, accountId),
    async stop() {
      await Promise.all(
        processes.map((worker) => {
          worker.kill("SIGCONT")
          return worker.stop()
        }),
      )
      await simulator.stop()
      await place.close()
      rmSync(folder, { recursive: true })
    },
  }
  return world
}

function workerEnv({ env }: TestPlace, simulator: Simulator, ca: string): Record<string, string> {
  return {
    ...env,
    LOG_LEVEL: "debug",
    HEALTH_HOST: "127.0.0.1",
    WORKER_ID: "worker-1",
    WHATSAPP_URL: simulator.webSocketUrl,
    WHATSAPP_ROOT_KEY: simulator.rootPublicKeyHex,
    NODE_EXTRA_CA_CERTS: ca,
    ACCOUNTS_POLL_MS: "500",
    OUTBOX_POLL_MS: "1000",
    PACING_DEFAULT: "off",
    HEARTBEAT_LIMIT_MS: "3000",
  }
}

async function readEvents<T extends EventType>(
  bus: Bus,
  type: T | undefined,
  account: string | undefined,
): Promise<Extract<WildcatEvent, { type: T }>[]> {
  const info = await bus.manager.streams.info(bus.subjects.eventsStream)
  const events: WildcatEvent[] = []
  for (let seq = info.state.first_seq; seq <= info.state.last_seq; seq += 1) {
    const message = await bus.manager.streams.getMessage(bus.subjects.eventsStream, { seq })
    events.push(message.json<WildcatEvent>())
  }
  const isWanted = (event: WildcatEvent): event is Extract<WildcatEvent, { type: T }> =>
    (type === undefined || event.type === type) && (account === undefined || event.account === account)
  return events.filter(isWanted)
}
