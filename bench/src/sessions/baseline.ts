// The process of the baseline: many plain Baileys sessions, at rest and sending. Prints one JSON line.
import { BufferJSON, WA_CERT_DETAILS, generateMessageIDV2, makeWASocket } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, SignalDataSet, WASocket } from "@whiskeysockets/baileys"
import { createSimulatorClient } from "@wildcat/whatsapp-simulator/client"
import pino from "pino"
import { acknowledgements, memoryKeys } from "../baileys.ts"
import { memoryAtRest, sendsOfEach, someOf } from "./crowd.ts"
import type { Crowd } from "./crowd.ts"

process.on("disconnect", () => process.exit(1))
// libsignal prints sessions, private keys included, to the console.
for (const method of ["log", "info", "warn", "error"] as const) console[method] = () => undefined

const [webSocketUrl = "", rootPublicKeyHex = "", controlUrl = "", count = "1"] = process.argv.slice(2)
const sessions = Number(count)
WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(rootPublicKeyHex, "hex")
const simulator = createSimulatorClient({ url: controlUrl })
const logger = pino({ level: "silent" })
/** One-time keys that a client makes when it is linked: accounts of Wildcat have as many. */
const preKeysOfLink = 812

const sockets: WASocket[] = []
const some = await crowdOf(someOf(sessions))
const memory = { some, all: await crowdOf(sessions) }
const told: Crowd = { memory, sendsPerSecond: await sendFromAll() }
process.stdout.write(`${JSON.stringify(told)}\n`, () => process.exit(0))

async function crowdOf(count: number) {
  while (sockets.length < count) sockets.push(await connectOne())
  return memoryAtRest(process.pid, count)
}

async function connectOne(): Promise<WASocket> {
  const account = await simulator.provisionAccount({ sink: true, preKeys: preKeysOfLink })
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
  const each = sendsOfEach(sessions)
  await Promise.all(lanes.map((send) => send("Hello")))
  const began = performance.now()
  const write = async (send: (text: string) => Promise<void>) => {
    for (let n = 0; n < each; n += 1) await send(`Message number ${n}`)
  }
  await Promise.all(lanes.map(write))
  return (sessions * each) / ((performance.now() - began) / 1_000)
}
