import { Agent } from "node:https"
import { makeWASocket } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, WASocket, WAVersion } from "@whiskeysockets/baileys"
import type { proto, PossiblyExtendedCacheStore, SocketConfig } from "@whiskeysockets/baileys"
import type { Logger } from "@wildcat/shared/runtime"
import type { KeyStore } from "../signal/key-store.ts"
import { installGate } from "../log/gate.ts"
import type { FrameSocket, Gate } from "../log/gate.ts"
import type { SessionLog } from "../log/session-log.ts"
import { quietLogger } from "./quiet-logger.ts"

export interface SocketSettings {
  url: string
  version: WAVersion | undefined
  /** Shown in the phone's list of linked devices. */
  browserName: string
  /** How long each QR code lives; WhatsApp's own times (60 s, then 20 s) when undefined. */
  qrLifeMs: number | undefined
  keepAliveMs: number
  /** Asks the phone for all of its history. */
  fullHistory: boolean
}

export interface SocketParts {
  settings: SocketSettings
  creds: AuthenticationCreds
  keys: KeyStore
  devices: PossiblyExtendedCacheStore
  sessionLog: SessionLog
  makeSignalRepository: SocketConfig["makeSignalRepository"]
  /** The message of ours with this id, for a recipient that could not decrypt it. */
  messageById(waId: string): Promise<proto.IMessage | undefined>
  log: Logger
}

export interface GatedSocket {
  socket: WASocket
  gate: Gate
}

/** Opens a connection to WhatsApp whose every frame, the handshake included, passes the gate. */
export function openSocket(parts: SocketParts): GatedSocket {
  const { settings, creds, keys } = parts
  const socket = makeWASocket({
    waWebSocketUrl: settings.url,
    ...(settings.version === undefined ? {} : { version: settings.version }),
    ...(settings.qrLifeMs === undefined ? {} : { qrTimeout: settings.qrLifeMs }),
    browser: [settings.browserName, "Chrome", "1.0"],
    logger: quietLogger(parts.log),
    auth: { creds, keys: keys.outer },
    makeSignalRepository: parts.makeSignalRepository,
    userDevicesCache: parts.devices,
    getMessage: async (key) => (key.id ? parts.messageById(key.id) : undefined),
    fetchAgent: new Agent({ keepAlive: false }),
    keepAliveIntervalMs: settings.keepAliveMs,
    markOnlineOnConnect: false,
    syncFullHistory: settings.fullHistory,
    // History and app state are read by ourselves: Baileys confirms the history before it has it.
    shouldSyncHistoryMessage: () => false,
    emitOwnEvents: false,
    // The refusal that follows a request to send again leaves with it: later it might meet what was sent again.
    retryRequestDelayMs: 0,
    appStateMacVerification: { patch: true, snapshot: true },
  })
  return { socket, gate: installGate(frameSocketOf(socket), parts.sessionLog) }
}

/** The `ws` socket below; Baileys has made it when makeWASocket returns, and sends nothing before the next tick. */
function frameSocketOf(socket: WASocket): FrameSocket {
  const frames: unknown = Reflect.get(socket.ws, "socket")
  if (!isFrameSocket(frames)) throw new Error("this version of Baileys has no socket to put a gate at")
  return frames
}

function isFrameSocket(value: unknown): value is FrameSocket {
  return typeof value === "object" && value !== null && "send" in value && "terminate" in value
}
