import { DisconnectReason, generateMessageIDV2, initAuthCreds, makeWASocket } from "@whiskeysockets/baileys"
import { WA_CERT_DETAILS } from "@whiskeysockets/baileys"
import type { AuthenticationState, BinaryNode, SignalDataSet, SignalKeyStore, WASocket } from "@whiskeysockets/baileys"
import type { SimulatorClient } from "@wildcat/whatsapp-simulator/client"
import pino from "pino"
import type { Contender } from "./contender.ts"
import { createTally } from "./tally.ts"
import type { Tally } from "./tally.ts"

interface Place {
  simulator: SimulatorClient
  webSocketUrl: string
  rootPublicKeyHex: string
}

/** The baseline: Baileys by itself, its credentials in memory, nothing kept and nothing promised. */
export async function linkBaileys(place: Place): Promise<Contender> {
  WA_CERT_DETAILS.PUBLIC_KEY = Buffer.from(place.rootPublicKeyHex, "hex")
  const phone = await place.simulator.createPhone({ sink: true })
  const received = createTally()
  const socket = await open(place, { creds: initAuthCreds(), keys: memoryKeys() }, phone.id)
  count(socket, received)
  const acknowledged = acknowledgements(socket)
  return {
    phone: phone.phone,
    send: async (to, text) => {
      const messageId = generateMessageIDV2(socket.user?.id)
      const acked = acknowledged(messageId)
      await socket.sendMessage(to, { text }, { messageId })
      await acked
    },
    received,
    stop: async () => socket.end(undefined),
  }
}

/** Connects, has the phone scan the QR code, and connects again as WhatsApp asks after that. */
function open(place: Place, auth: AuthenticationState, phoneId: string): Promise<WASocket> {
  const socket = makeWASocket({ auth, waWebSocketUrl: place.webSocketUrl, logger: pino({ level: "silent" }) })
  socket.ev.on("creds.update", (changes) => void Object.assign(auth.creds, changes))
  return new Promise((resolve, reject) => {
    socket.ev.on("connection.update", ({ connection, qr, lastDisconnect }) => {
      if (qr !== undefined) place.simulator.scanQr({ phoneId, qr }).catch(reject)
      if (connection === "open") resolve(socket)
      if (connection !== "close") return
      if (isRestart(lastDisconnect?.error)) resolve(open(place, auth, phoneId))
      else reject(lastDisconnect?.error ?? new Error("the connection was closed"))
    })
  })
}

function isRestart(error: unknown): boolean {
  if (!(error instanceof Error) || !("output" in error)) return false
  const { output } = error
  const code: unknown = typeof output === "object" && output !== null ? Reflect.get(output, "statusCode") : undefined
  return code === DisconnectReason.restartRequired
}

function count(socket: WASocket, received: Tally): void {
  socket.ev.on("messages.upsert", ({ messages }) => {
    for (const { key } of messages) if (!key.fromMe && key.id) received.add(key.id)
  })
}

/** Promises of the server's acks, by message id. */
export function acknowledgements(socket: WASocket): (messageId: string) => Promise<void> {
  const waiting = new Map<string, () => void>()
  socket.ws.on("CB:ack,class:message", ({ attrs }: BinaryNode) => {
    const { id } = attrs
    if (id === undefined) return
    waiting.get(id)?.()
    waiting.delete(id)
  })
  return (messageId) => new Promise((resolve) => void waiting.set(messageId, resolve))
}

/** A key store that forgets everything at the end. */
export function memoryKeys(): SignalKeyStore {
  const values = new Map<string, unknown>()
  return {
    // What is read as a type was written as that type: Baileys' own contract with its store.
    get: (type, ids) => Object.fromEntries(ids.map((id) => [id, values.get(`${type} ${id}`)])) as never,
    set: (changes: SignalDataSet) => {
      for (const [type, entries] of Object.entries(changes)) {
        for (const [id, value] of Object.entries(entries)) {
          if (value === null) values.delete(`${type} ${id}`)
          else values.set(`${type} ${id}`, value)
        }
      }
    },
  }
}
