import type { MessageStatus } from "@wildcat/shared/contracts"
import { faultPoint, jittered } from "@wildcat/shared/runtime"
import type { OutboxDoc } from "@wildcat/shared/store"
import type { OwnMessages } from "../inbound/own-messages.ts"
import { chatOf } from "../inbound/people.ts"
import type { OutboxMark } from "../log/entry.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { Unconfirmed } from "../log/state.ts"
import type { GatedSocket } from "../whatsapp/socket.ts"
import { statusFeed } from "./audience.ts"
import { NotSendable } from "./content.ts"
import { createOutcomes } from "./outcomes.ts"
import type { Outcomes } from "./outcomes.ts"
import { prepareRow } from "./prepare-row.ts"
import type { PreparedRow, PrepareOptions } from "./prepare-row.ts"
import { createRelay } from "./relay.ts"
import { acceptedChange, endedChange } from "./settle.ts"
import type { Ended } from "./settle.ts"
import { sendChange } from "./stage-send.ts"
import { createTries } from "./tries.ts"

export interface SenderOptions extends PrepareOptions {
  account: string
  sessionLog: SessionLog
  own: OwnMessages
  /** A send whose fate is not known is repeated under the same id up to this age. */
  resendMsMax: number
  pollMs: number
}

/** Sends the outbox of one account in order. */
export interface Sender {
  /** The connection is ready: resolves what is in doubt, then sends until `disconnected`. */
  connected(connection: GatedSocket): void
  disconnected(): void
  /** A row was added. */
  wake(): void
  /** WhatsApp's server has answered for a message; with its code when it refused. */
  answered(waId: string, error: string | undefined): void
  /** A sign of life of a message that the server never confirmed. */
  seen(waId: string): void
  /** The rows' new states are in MongoDB: they need not be remembered any more. */
  recorded(marks: readonly OutboxMark[]): void
  /** Calls when the message's fate can be read in MongoDB, or a second after it is durable at the latest. */
  onOutcome: Outcomes["on"]
  stop(): void
}

const batchRows = 50
/** How long an outcome that is durable waits to be readable, too. */
const recordWaitMs = 1_000
const retryDelaysMs = [1_000, 5_000, 15_000]

export function createSender(options: SenderOptions): Sender {
  const { state, sessionLog, own, log } = options
  /** Rows that are staged while MongoDB still shows them as queued. */
  const taken = new Set<string>()
  /** Rows of which MongoDB has learnt while it was asked for the outbox: its answer may still show them as queued. */
  const passed = new Set<string>()
  let looking = false
  const outcomes = createOutcomes()
  const relay = createRelay(log)
  const tries = createTries()
  let connection: GatedSocket | null = null
  let working = false
  let again = false
  let resolving = false
  let retry: NodeJS.Timeout | null = null
  const isPresent = (one: GatedSocket) => connection === one

  const settle = (waId: string, id: string, status: MessageStatus, number: number) => {
    relay.answered(waId)
    if (!outcomes.isAwaited(id)) return
    sessionLog.whenDurable(number).then(
      () => setTimeout(() => outcomes.tell(id, status), recordWaitMs),
      () => log.debug({ message: id }, "outcome.not_durable"),
    )
  }
  const accept = (waId: string, sent: Unconfirmed) => {
    if (sent.action === undefined) own.put({ id: sent.id, waId, chat: sent.view.chat, status: "server_ack" })
    settle(waId, sent.id, "server_ack", sessionLog.stage(acceptedChange(waId, sent, new Date())))
  }
  const end = (
    waId: string,
    message: Pick<Unconfirmed, "id"> & { view: Pick<Unconfirmed["view"], "chat"> },
    ended: Ended,
  ) => settle(waId, message.id, ended.status, sessionLog.stage(endedChange(waId, message, ended)))

  const work = async () => {
    again = true
    if (working) return
    working = true
    try {
      for (let more = true; more;) more = await sendBatch()
    } catch (error) {
      interrupted(error)
    } finally {
      working = false
    }
  }
  const interrupted = (error: unknown) => {
    log.warn({ error }, "outbox.interrupted")
    retry ??= setTimeout(
      () => {
        retry = null
        void work()
      },
      jittered(retryDelaysMs, 1),
    )
  }
  /** True when there may be more. */
  const sendBatch = async (): Promise<boolean> => {
    again = false
    const to = connection
    // New sends come after the ones in doubt.
    if (to === null || resolving) return false
    const due = await dueRows()
    for (const row of due) {
      if (!isPresent(to)) return false
      await sendRow(row, to)
    }
    if (due.length > 0) again = true
    return again
  }
  const dueRows = async (): Promise<OutboxDoc[]> => {
    passed.clear()
    looking = true
    try {
      const rows = await options.store.collections.outbox
        .find({ account: options.account, status: "queued" })
        .sort({ createdAt: 1 })
        .limit(batchRows + taken.size)
        .toArray()
      const isDone = ({ _id, waId }: OutboxDoc) =>
        taken.has(_id) || passed.has(_id) || state.get("unconfirmed", waId) !== undefined
      return rows.filter((row) => !isDone(row))
    } finally {
      looking = false
    }
  }
  const sendRow = async (row: OutboxDoc, to: GatedSocket) => {
    const prepared = await prepareRow(row, to.socket, options).catch((error: unknown) => giveUp(row, error))
    if (prepared === null) return
    const { sent, change } = sendChange(row, prepared, options)
    taken.add(row._id)
    for (const message of change.messages ?? []) {
      own.put({ id: row._id, waId: row.waId, chat: message.chat, status: "sending" })
      options.targets.put(message)
    }
    sessionLog.stage(change)
    faultPoint("outbound.after-stage-before-commit")
    await relayOne(row.waId, sent, to)
  }
  /** Ends a row that cannot be prepared; throws when it may be tried again. */
  const giveUp = (row: OutboxDoc, error: unknown): PreparedRow | null => {
    if (!(error instanceof NotSendable) && tries.next(row._id) !== "last") throw error
    const code = error instanceof NotSendable ? error.code : "not_sent"
    const text = error instanceof NotSendable ? error.message : "the message could not be prepared for sending"
    log.warn({ error, message: row._id, code }, "message.not_sendable")
    taken.add(row._id)
    const message = { id: row._id, view: { chat: chatOf(options.names, row.to) } }
    end(row.waId, message, { status: "failed", error: { code, text } })
    return null
  }
  const relayOne = async (waId: string, sent: Unconfirmed, to: GatedSocket) => {
    const relayed = await relay.send(waId, sent, to)
    // What was interrupted is in doubt; the next connection resolves it.
    if (relayed !== "refused" || !isPresent(to)) return
    const attempt = tries.next(sent.id)
    if (attempt !== "last") return void setTimeout(() => void resend(waId), jittered(retryDelaysMs, attempt))
    const text = "no message could be made that WhatsApp or the recipient's device accepts"
    end(waId, sent, { status: "failed", error: { code: "not_sent", text } })
  }
  const resend = async (waId: string) => {
    const sent = state.get("unconfirmed", waId)
    if (sent !== undefined && connection !== null && !relay.isUnderWay(waId)) await relayOne(waId, sent, connection)
  }
  /** Sends of an earlier connection, which the server never confirmed. */
  const resolveDoubts = async (to: GatedSocket) => {
    // Receipts that waited for us are handled by now: each says that its message was sent.
    await sessionLog.whenDurable(sessionLog.staged)
    const doubts = state.entries("unconfirmed").sort(([, a], [, b]) => a.at - b.at)
    for (const [waId, sent] of doubts) {
      if (!isPresent(to)) return
      const ageMs = Date.now() - sent.at
      log.info({ message: sent.id, ageMs }, "message.in_doubt")
      // A second status post would be seen twice by those who have opened the first.
      if (ageMs <= options.resendMsMax && sent.to !== statusFeed) await relayOne(waId, sent, to)
      else end(waId, sent, { status: "unknown", error: null })
    }
  }
  const poll = setInterval(() => void work(), options.pollMs)

  return {
    connected(to) {
      relay.reset()
      connection = to
      resolving = true
      resolveDoubts(to)
        .finally(() => (resolving = false))
        .then(work, interrupted)
    },
    disconnected() {
      connection = null
      relay.reset()
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
        if (looking) passed.add(id)
        if (status !== "sending") outcomes.tell(id, status)
      }
    },
    onOutcome: outcomes.on,
    stop() {
      connection = null
      clearInterval(poll)
      if (retry !== null) clearTimeout(retry)
      relay.reset()
    },
  }
}
