// The process of the clients: connects provisioned Baileys sessions, has a burst sent to them, prints one JSON line.
import { BufferJSON, makeWASocket, WA_CERT_DETAILS } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, SignalDataSet, WASocket } from "@whiskeysockets/baileys"
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import pino from "pino"
import { z } from "zod"
import { memoryKeys } from "../baileys.ts"
import type { ClientsResult } from "./measure-simulator.ts"

/** Sessions that are being connected at a time. */
const lanes = 16
const connectLimitMs = 120_000
const releaseLimitMs = 120_000
const millisecond = 1_000

process.on("disconnect", () => process.exit(1))
// libsignal prints sessions, private keys included, to the console.
for (const method of ["log", "info", "warn", "error"] as const) console[method] = () => undefined

const [webSocketUrl = "", rootPublicKeyHex = "", controlUrl = "", ...counts] = process.argv.slice(2)
const [sessions = 1, each = 1] = z.array(z.coerce.number().int().min(1)).parse(counts)
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootPublicKeyHex, "hex")
const simulator = createSimulatorClient({ url: controlUrl })
const logger = pino({ level: "silent" })

const connecting = performance.now()
const accounts = await connectAll()
const connectedMs = performance.now() - connecting
tell(`${sessions} sessions are connected; encrypting ${sessions * each} messages ahead …`)
const contact = await simulator.createContact({ name: "Load" })
await burst(1) // opens the Signal sessions
const { clientsCpuMs, ...result } = await burst(each)
const { messages, acknowledged, retried, elapsedMs, simulatorCpuMs } = result
const clientsMemoryBytes = process.memoryUsage.rss()
const told: ClientsResult = {
  sessions,
  connectedMs,
  messages,
  acknowledged,
  retried,
  elapsedMs,
  simulatorCpuMs,
  clientsCpuMs,
  clientsMemoryBytes,
}
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0))

/** The ids of the accounts, each with a connected session. */
async function connectAll(): Promise<string[]> {
  const ids: string[] = []
  let next = 0
  const lane = async () => {
    while (next < sessions) {
      next += 1
      ids.push(await connectOne())
      if (ids.length % 100 === 0) tell(`${ids.length} of ${sessions} sessions are connected`)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return ids
}

async function connectOne(): Promise<string> {
  const { id, creds: credsJson, keys: keysJson } = await simulator.provisionAccount({ sink: true, preKeys: 10 })
  const creds = revived<AuthenticationCreds>(credsJson)
  const keys = memoryKeys()
  await keys.set(revived<SignalDataSet>(keysJson))
  const socket = makeWASocket({ auth: { creds, keys }, waWebSocketUrl: webSocketUrl, logger })
  socket.ev.on("creds.update", (changes) => void Object.assign(creds, changes))
  await opened(socket)
  return id
}

/** What Baileys itself writes and reads in this form. */
function revived<T>(json: unknown): T {
  return JSON.parse(JSON.stringify(json), BufferJSON.reviver) as T
}

function opened(socket: WASocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error("a session did not connect in time")), connectLimitMs)
    socket.ev.on("connection.update", ({ connection, lastDisconnect }) => {
      if (connection !== "open" && connection !== "close") return
      clearTimeout(limit)
      if (connection === "open") resolve()
      else reject(lastDisconnect?.error ?? new Error("a connection was closed"))
    })
  })
}

async function burst(each: number) {
  const { burstId } = await simulator.prepareBurst({ from: contact.id, to: accounts, each })
  const cpu = process.cpuUsage()
  const released = await simulator.releaseBurst({ burstId, timeoutMs: releaseLimitMs })
  const { user, system } = process.cpuUsage(cpu)
  return { ...released, clientsCpuMs: (user + system) / millisecond }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
