// The process of the baseline: many plain Baileys sessions, at rest and sending. Prints one JSON line.
import { BufferJSON, WA_CERT_DETAILS, generateMessageIDV2, makeWASocket } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, SignalDataSet, WASocket } from "@whiskeysockets/baileys"
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import pino from "pino"
import { acknowledgements, memoryKeys } from "../baileys.ts"
import { restMs, sendsEach } from "./measure-sessions.ts"
import type { Crowd } from "./measure-sessions.ts"

process.on("disconnect", () => process.exit(1))
// libsignal prints sessions, private keys included, to the console.
for (const method of ["log", "info", "warn", "error"] as const) console[method] = () => undefined

const [webSocketUrl = "", rootPublicKeyHex = "", controlUrl = "", count = "1"] = process.argv.slice(2)
const sessions = Number(count)
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootPublicKeyHex, "hex")
const simulator = createSimulatorClient({ url: controlUrl })
const logger = pino({ level: "silent" })

const before = process.memoryUsage.rss()
const sockets: WASocket[] = []
while (sockets.length < sessions) sockets.push(await connectOne())
await new Promise((resolve) => setTimeout(resolve, restMs))
const bytesEach = (process.memoryUsage.rss() - before) / sessions
const told: Crowd = { sessions, bytesEach, sendsPerSecond: await sendFromAll() }
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0))

async function connectOne(): Promise<WASocket> {
  const account = await simulator.provisionAccount({ sink: true })
  const creds = revived<AuthenticationCreds>(account.creds)
  const keys = memoryKeys()
  await keys.set(revived<SignalDataSet>(account.keys))
  const socket = makeWASocket({ auth: { creds, keys }, waWebSocketUrl: webSocketUrl, logger })
  socket.ev.on("creds.update", (changes) => void Object.assign(creds, changes))
  await new Promise<void>((resolve, reject) => {
    socket.ev.on("connection.update", ({ connection, lastDisconnect }) => {
      if (connection === "open") resolve()
      if (connection === "close") reject(lastDisconnect?.error ?? new Error("a connection was closed"))
    })
  })
  return socket
}

/** What Baileys itself writes and reads in this form. */
function revived<T>(json: unknown): T {
  return JSON.parse(JSON.stringify(json), BufferJSON.reviver) as T
}

async function sendFromAll(): Promise<number> {
  const { pn } = await simulator.createContact({ sink: true })
  const lanes = sockets.map((socket) => {
    const acknowledged = acknowledgements(socket)
    return async (text: string) => {
      const messageId = generateMessageIDV2(socket.user?.id)
      const acked = acknowledged(messageId)
      await socket.sendMessage(pn, { text }, { messageId })
      await acked
    }
  })
  await Promise.all(lanes.map((send) => send("Hello")))
  const began = performance.now()
  const write = async (send: (text: string) => Promise<void>) => {
    for (let n = 0; n < sendsEach; n += 1) await send(`Message number ${n}`)
  }
  await Promise.all(lanes.map(write))
  return (sessions * sendsEach) / ((performance.now() - began) / 1_000)
}
