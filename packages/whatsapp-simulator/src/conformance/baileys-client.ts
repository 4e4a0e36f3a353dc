import {
  type AuthenticationState,
  type BaileysEventMap,
  initAuthCreds,
  makeWASocket,
  type SignalDataSet,
  type SignalKeyStore,
  type UserFacingSocketConfig,
  WA_CERT_DETAILS,
  type WASocket,
} from "@whiskeysockets/baileys"
import pino from "pino"
import type { Simulator } from "../simulator.ts"

type EventName = keyof BaileysEventMap

/** An unmodified Baileys with credentials in memory, for the conformance tests. Reconnects only when told to. */
export class BaileysClient {
  readonly auth: AuthenticationState = { creds: initAuthCreds(), keys: memoryKeys() }
  private readonly simulator: Simulator
  private readonly config: Partial<UserFacingSocketConfig>
  private readonly log: { name: EventName; payload: unknown }[] = []
  private readonly listeners = new Set<() => void>()
  private current: WASocket | undefined

  constructor(simulator: Simulator, config: Partial<UserFacingSocketConfig> = {}) {
    this.simulator = simulator
    this.config = config
  }

  get socket(): WASocket {
    if (!this.current) throw new Error("the client is not connected")
    return this.current
  }

  connect(): this {
    WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(this.simulator.rootPublicKeyHex, "hex")
    const socket = makeWASocket({
      auth: this.auth,
      waWebSocketUrl: this.simulator.webSocketUrl,
      logger: pino({ level: process.env["BAILEYS_LOG"] ?? "silent" }),
      ...this.config,
    })
    this.current = socket
    socket.ev.process((events) => {
      for (const [name, payload] of Object.entries(events)) this.record(name as EventName, payload)
    })
    return this
  }

  /** The first event that fits, among those seen and those to come. */
  async waitFor<Name extends EventName>(
    name: Name,
    fits: (payload: BaileysEventMap[Name]) => boolean,
    timeoutMs = 10_000,
  ): Promise<BaileysEventMap[Name]> {
    const limit = AbortSignal.timeout(timeoutMs)
    for (;;) {
      const found = this.seen(name).find(fits)
      if (found) return found
      await new Promise<void>((resolve, reject) => {
        this.listeners.add(resolve)
        limit.addEventListener("abort", () => reject(new Error(`no such ${name} within ${timeoutMs} ms`)), {
          once: true,
        })
      })
    }
  }

  seen<Name extends EventName>(name: Name): BaileysEventMap[Name][] {
    return this.log.filter((event) => event.name === name).map(({ payload }) => payload as BaileysEventMap[Name])
  }

  forgetEvents(): void {
    this.log.length = 0
  }

  /** The close code of the last connection, once it is closed. */
  async closeCode(timeoutMs = 15_000): Promise<number | undefined> {
    const { lastDisconnect } = await this.waitFor(
      "connection.update",
      ({ connection }) => connection === "close",
      timeoutMs,
    )
    const error: unknown = lastDisconnect?.error
    if (!(error instanceof Error) || !("output" in error)) return undefined
    return (error.output as { statusCode?: number }).statusCode
  }

  async stop(): Promise<void> {
    await this.current?.end(undefined)
  }

  private record(name: EventName, payload: unknown): void {
    this.log.push({ name, payload })
    if (name === "creds.update") Object.assign(this.auth.creds, payload)
    for (const listener of this.listeners) {
      this.listeners.delete(listener)
      listener()
    }
  }
}

function memoryKeys(): SignalKeyStore {
  const data = new Map<string, unknown>()
  return {
    get: (type, ids) =>
      Object.fromEntries(
        ids.flatMap((id) => (data.has(`${type} ${id}`) ? [[id, data.get(`${type} ${id}`)]] : [])),
      ) as never,
    set: (changes: SignalDataSet) => {
      for (const [type, values] of Object.entries(changes)) {
        for (const [id, value] of Object.entries(values ?? {})) {
          if (value === null) data.delete(`${type} ${id}`)
          else data.set(`${type} ${id}`, value)
        }
      }
    },
  }
}
