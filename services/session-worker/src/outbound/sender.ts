import { proto } from "@whiskeysockets/baileys"
import type { WASocket } from "@whiskeysockets/baileys"
import { Binary } from "mongodb"
import type { MessageStatus, MessageView, Person } from "@wildcat/shared/contracts"
import { faultPoint, jittered } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { MessageDoc, OutboxDoc, Store } from "@wildcat/shared/store"
import { chatOf } from "../inbound/people.ts"
import type { Names } from "../inbound/people.ts"
import type { OwnMessages } from "../inbound/own-messages.ts"
import type { Gate } from "../log/gate.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { OutboxMark } from "../log/entry.ts"
import type { SessionState, Unconfirmed } from "../log/state.ts"
import { quietLogger } from "../whatsapp/quiet-logger.ts"
import { NotSendable } from "./content.ts"
import type { Prepared } from "./content.ts"
import { prepare } from "./index.ts"
import { readQuote } from "./quote.ts"
import { acceptedChange, endedChange } from "./settle.ts"

export interface SenderOptions {
  account: string
  store: Store
  box: SecretBox
  publicUrl: string
  mediaLinkDays: number
  state: SessionState
  sessionLog: SessionLog
  own: OwnMessages
  names: Names
  me(): Person
  /** A send whose fate is not known is repeated under the same id up to this age. */
  resendMsMax: number
  pollMs: number
  log: Logger
}

/** Sends the outbox of one account in order. */
export interface Sender {
  /** The connection is ready: resolves what is in doubt, then sends until `disconnected`. */
  connected(connection: { socket: WASocket; gate: Gate }): void
  disconnected(): void
  /** A row was added. */
  wake(): void
  /** WhatsApp's server has answered for a message. */
  answered(waId: string, error: string | undefined): void
  /** A sign of life of a message that the server never confirmed. */
  seen(waId: string): void
  /** The rows' new states are in MongoDB: they need not be remembered any more. */
  recorded(marks: readonly OutboxMark[]): void
  /** Calls when the message's fate can be read in MongoDB, or a second after it is durable at the latest. */
  onOutcome(id: string, done: (status: MessageStatus) => void): () => void
  stop(): void
}

const batchRows = 50
/** Sends whose answer is awaited at a time. Frames keep the order of the outbox. */
const windowMax = 16
const triesMax = 3
const retryDelaysMs = [1_000, 5_000, 15_000]
const uploadTimeoutMs = 120_000
/** How long an outcome that is durable waits to be readable, too. */
const recordWaitMs = 1_000

export function createSender(options: SenderOptions): Sender {
  const { state, sessionLog, own, log } = options
  /** Rows that are staged while MongoDB still shows them as queued. */
  const taken = new Set<string>()
  const outcomes = new Map<string, Set<(status: MessageStatus) => void>>()
  const inFlight = new Set<string>()
  let connection: { socket: WASocket; gate: Gate } | null = null
  let working = false
  let again = false
  let retry: NodeJS.Timeout | null = null
  let roomFree: (() => void) | null = null

  const settle = (waId: string, id: string, status: MessageStatus, number: number) => {
    inFlight.delete(waId)
    roomFree?.()
    if (!outcomes.has(id)) return
    sessionLog.whenDurable(number).then(
      () => setTimeout(() => tell(id, status), recordWaitMs),
      () => log.debug({ message: id }, "outcome.not_durable"),
    )
  }
  const tell = (id: string, status: MessageStatus) => outcomes.get(id)?.forEach((done) => done(status))
  const accept = (waId: string, sent: Unconfirmed) => {
    own.put({ id: sent.id, waId, chat: sent.view.chat, status: "server_ack" })
    settle(waId, sent.id, "server_ack", sessionLog.stage(acceptedChange(waId, sent, new Date())))
  }
  const end = (waId: string, message: Pick<Unconfirmed, "id" | "view">, ended: Parameters<typeof endedChange>[2]) => {
    settle(waId, message.id, ended.status, sessionLog.stage(endedChange(waId, message, ended)))
  }

  const work = async () => {
    again = true
    if (working) return
    working = true
    try {
      while (again && connection !== null) {
        again = false
        await sendBatch(connection)
      }
    } catch (error) {
      log.warn({ error }, "outbox.interrupted")
      again = false
      laterAgain(1)
    } finally {
      working = false
    }
  }
  const laterAgain = (attempt: number) => {
    retry ??= setTimeout(
      () => {
        retry = null
        void work()
      },
      jittered(retryDelaysMs, attempt),
    )
  }
  const sendBatch = async (to: { socket: WASocket; gate: Gate }) => {
    const rows = await options.store.collections.outbox
      .find({ account: options.account, status: "queued" })
      .sort({ createdAt: 1 })
      .limit(batchRows + taken.size)
      .toArray()
    const due = rows.filter((row) => !taken.has(row._id) && state.get("unconfirmed", row.waId) === undefined)
    for (const row of due.slice(0, batchRows)) {
      if (connection !== to) return
      await sendRow(row, to)
    }
    if (due.length > 0) again = true
  }
  const sendRow = async (row: OutboxDoc, to: { socket: WASocket; gate: Gate }) => {
    const prepared = await prepareRow(row, to.socket)
    if (prepared === null) return
    taken.add(row._id)
    const message = proto.Message.encode(proto.Message.fromObject(prepared.message)).finish()
    const view = viewOf(row, prepared, options)
    const sent: Unconfirmed = { id: row._id, to: row.to, message: Buffer.from(message), view, at: Date.now() }
    own.put({ id: row._id, waId: row.waId, chat: view.chat, status: "sending" })
    sessionLog.stage({
      state: { unconfirmed: { [row.waId]: sent } },
      messages: [rowOf(sent, options, row.tenant)],
      outbox: [{ id: row._id, status: "sending", error: null }],
    })
    faultPoint("outbound.after-stage-before-commit")
    await relay(row.waId, sent, to)
  }
  const prepareRow = async (
    row: OutboxDoc,
    socket: WASocket,
  ): Promise<(Prepared & { quoted: MessageView["quoted"] }) | null> => {
    try {
      await requireOnWhatsApp(row.to, socket)
      const quote = await readQuote(row, options.store, options.box)
      const parts = { ...options, upload: socket.waUploadToServer, uploadTimeoutMs, logger: quietLogger(log) }
      return {
        ...(await prepare(row.content, { ...parts, context: quote?.context ?? null })),
        quoted: quote?.quoted ?? null,
      }
    } catch (error) {
      if (!(error instanceof NotSendable) && nextTry(row._id) <= triesMax) throw error
      const code = error instanceof NotSendable ? error.code : "not_sent"
      const text = error instanceof NotSendable ? error.message : "the message could not be prepared for sending"
      log.warn({ error, message: row._id, code }, "message.not_sendable")
      taken.add(row._id)
      const chat = chatOf(options.names, row.to)
      const number = sessionLog.stage(
        endedChange(row.waId, { id: row._id, view: { chat } }, { status: "failed", error: { code, text } }),
      )
      settle(row.waId, row._id, "failed", number)
      return null
    }
  }
  const tries = new Map<string, number>()
  const nextTry = (id: string) => {
    const count = (tries.get(id) ?? 0) + 1
    if (tries.size > 1_000) tries.clear()
    tries.set(id, count)
    return count
  }
  /** A number without a LID was never written to: WhatsApp says whether it exists. */
  const requireOnWhatsApp = async (to: string, socket: WASocket) => {
    if (!to.endsWith("@s.whatsapp.net") || options.names.lidOf(to.split("@")[0] ?? "") !== undefined) return
    if (state.get("device-list", to.split("@")[0] ?? "") !== undefined) return
    const found = await socket.onWhatsApp(to)
    if (found?.[0]?.exists !== true) throw new NotSendable("not_on_whatsapp", "the number is not on WhatsApp")
  }
  const relay = async (waId: string, sent: Unconfirmed, to: { socket: WASocket; gate: Gate }) => {
    inFlight.add(waId)
    try {
      await to.socket.relayMessage(sent.to, proto.Message.decode(sent.message), { messageId: waId })
      void to.gate.emptied().then(() => faultPoint("outbound.after-frame-before-ack"))
    } catch (error) {
      relayFailed(waId, sent, to, error)
    }
    if (inFlight.size >= windowMax) await new Promise<void>((resolve) => (roomFree = resolve))
    roomFree = null
  }
  const relayFailed = (waId: string, sent: Unconfirmed, to: { socket: WASocket; gate: Gate }, error: unknown) => {
    inFlight.delete(waId)
    log.warn({ error, message: sent.id }, "message.relay_failed")
    // Without a connection nobody knows; the next one finds it in doubt.
    if (connection !== to || !to.socket.ws.isOpen) return
    // Baileys sends the frame as its last step: when it throws on an open connection, nothing has left.
    if (nextTry(sent.id) <= triesMax)
      return void setTimeout(() => void resend(waId), jittered(retryDelaysMs, tries.get(sent.id) ?? 1))
    end(waId, sent, { status: "failed", error: { code: "not_sent", text: "WhatsApp did not accept the recipient" } })
  }
  const resend = async (waId: string) => {
    const sent = state.get("unconfirmed", waId)
    if (sent !== undefined && connection !== null && !inFlight.has(waId)) await relay(waId, sent, connection)
  }

  /** Sends of an earlier connection, which the server never confirmed. */
  const resolveDoubts = async (to: { socket: WASocket; gate: Gate }) => {
    const doubts = state.entries("unconfirmed").sort(([, a], [, b]) => a.at - b.at)
    for (const [waId, sent] of doubts) {
      if (connection !== to) return
      log.info({ message: sent.id, ageMs: Date.now() - sent.at }, "message.in_doubt")
      if (Date.now() - sent.at <= options.resendMsMax) await relay(waId, sent, to)
      else end(waId, sent, { status: "unknown", error: null })
    }
  }
  const poll = setInterval(() => void work(), options.pollMs)

  return {
    connected(to) {
      connection = to
      inFlight.clear()
      resolveDoubts(to).then(work, (error: unknown) => {
        log.warn({ error }, "outbox.interrupted")
        laterAgain(1)
      })
    },
    disconnected() {
      connection = null
      inFlight.clear()
      roomFree?.()
    },
    wake: () => void work(),
    answered(waId, error) {
      const sent = state.get("unconfirmed", waId)
      if (sent === undefined) return
      if (error === undefined) return accept(waId, sent)
      const text = "WhatsApp's server refused the message"
      end(waId, sent, { status: "failed", error: { code: `whatsapp_${error}`, text } })
    },
    seen(waId) {
      const sent = state.get("unconfirmed", waId)
      if (sent !== undefined) accept(waId, sent)
    },
    recorded(marks) {
      for (const { id, status } of marks) {
        taken.delete(id)
        if (status !== "sending") tell(id, status)
      }
    },
    onOutcome(id, done) {
      const listeners = outcomes.get(id) ?? new Set()
      outcomes.set(id, listeners.add(done))
      return () => {
        listeners.delete(done)
        if (listeners.size === 0) outcomes.delete(id)
      }
    },
    stop() {
      connection = null
      clearInterval(poll)
      if (retry !== null) clearTimeout(retry)
      roomFree?.()
    },
  }
}

function viewOf(
  row: OutboxDoc,
  prepared: Prepared & { quoted: MessageView["quoted"] },
  options: SenderOptions,
): MessageView {
  return {
    id: row._id,
    waId: row.waId,
    chat: chatOf(options.names, row.to),
    author: options.me(),
    authorName: null,
    fromMe: true,
    source: "api",
    timestamp: new Date().toISOString(),
    content: prepared.content,
    media: prepared.media,
    quoted: prepared.quoted,
    mentions: [],
  }
}

function rowOf(sent: Unconfirmed, options: SenderOptions, tenant: string): MessageDoc {
  const { id, ...rest } = sent.view
  return {
    _id: id,
    tenant,
    account: options.account,
    ...rest,
    timestamp: new Date(rest.timestamp),
    media: rest.media === null ? null : { ...rest.media, status: "stored", error: null },
    status: "sending",
    timeline: [{ status: "sending", at: rest.timestamp, recipient: null }],
    error: null,
    raw: new Binary(options.box.seal(sent.message, `message:${id}`)),
    createdAt: new Date(),
  }
}
