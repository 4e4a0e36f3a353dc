import type { MessageStatus, WrittenRow } from "@wildcat/shared/contracts"
import { faultPoint, jittered } from "@wildcat/shared/runtime"
import type { OutboxDoc } from "@wildcat/shared/store"
import type { OwnMessages } from "../inbound/own-messages.ts"
import { chatOf } from "../inbound/people.ts"
import type { OutboxMark } from "../log/entry.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { Unconfirmed } from "../log/state.ts"
import type { GatedSocket } from "../whatsapp/socket.ts"
import { createAlarm } from "./alarm.ts"
import { statusFeed } from "./audience.ts"
import type { CampaignGate } from "./campaigns/campaign-gate.ts"
import { NotSendable } from "./content.ts"
import { aheadMs, createDueRows } from "./due-rows.ts"
import { createOutcomes } from "./outcomes.ts"
import type { Outcome, Outcomes } from "./outcomes.ts"
import type { AccountPacing } from "./pacing/account-pacing.ts"
import { prepareRow } from "./prepare-row.ts"
import type { PreparedRow, PrepareOptions } from "./prepare-row.ts"
import { createRelay } from "./relay.ts"
import { acceptedChange, endedChange, sentMessage } from "./settle.ts"
import type { Ended } from "./settle.ts"
import { sendChange } from "./stage-send.ts"
import { createTries } from "./tries.ts"
import { createTyping } from "./typing.ts"
import { endOf, verdictOf } from "./verdict.ts"
import type { Verdict } from "./verdict.ts"

export interface SenderOptions extends PrepareOptions {
  account: string
  tenant: string
  sessionLog: SessionLog
  own: OwnMessages
  /** A send whose fate is not known is repeated under the same id up to this age. */
  resendMsMax: number
  pollMs: number
  pacing: AccountPacing
  campaigns: CampaignGate
}

/** Sends the outbox of one account in order. */
export interface Sender {
  /** The connection is ready: resolves what is in doubt, then sends until `disconnected`. */
  connected(connection: GatedSocket): void
  disconnected(): void
  /** Rows were added. */
  wake(): void
  /** A row was added, and is here: see `DueRows`. */
  take(row: WrittenRow, ticket: string): void
  readonly ticket: string
  /**
   * Ends a queued row unless it is on its way or has ended already. Resolves with the state that it is in, once that is
   * durable: `cancelled` is never followed by a send. Throws `not_found`.
   */
  cancel(id: string): Promise<MessageStatus>
  /** A row was given other content: `queued` when the session log does not have it yet, and so this is what will be sent. */
  revise(id: string, revision: number): Promise<MessageStatus>
  /** WhatsApp's server has answered for a message; with its code when it refused. */
  answered(waId: string, error: string | undefined): void
  /** A sign of life of a message that the server never confirmed. */
  seen(waId: string): void
  /** The rows' new states are in MongoDB: they need not be remembered any more. */
  recorded(marks: readonly OutboxMark[]): void
  /**
   * Calls when the message's fate is durable, with the message; without it when its fate can be read in MongoDB, or a second
   * after it is durable at the latest.
   */
  onOutcome: Outcomes["on"]
  /** See `Relay`. */
  readonly unansweredSince: number | null
  stop(): void
}

const forgedKeys = { code: "forged_keys", text: "the keys that WhatsApp gave for the recipient are not signed by them" }
/** How long an outcome that is durable waits to be readable, too. */
const recordWaitMs = 1_000
const retryDelaysMs = [1_000, 5_000, 15_000]

export function createSender(options: SenderOptions): Sender {
  const { state, sessionLog, own, log } = options
  const rows = createDueRows({
    outbox: options.store.collections.outbox,
    tenant: options.tenant,
    account: options.account,
    isUnconfirmed: (waId) => state.get("unconfirmed", waId) !== undefined,
  })
  const outcomes = createOutcomes()
  const relay = createRelay(log)
  const tries = createTries()
  const typing = createTyping(log)
  let connection: GatedSocket | null = null
  let working = false
  let again = false
  let resolving = false
  let retry: NodeJS.Timeout | null = null
  const isPresent = (one: GatedSocket) => connection === one

  const settle = (waId: string, id: string, outcome: Outcome, number: number) => {
    relay.answered(waId)
    if (!outcomes.isAwaited(id)) return
    const tell = () => outcomes.tell(id, outcome)
    sessionLog.whenDurable(number).then(
      () => (outcome.sent === undefined ? void setTimeout(tell, recordWaitMs) : tell()),
      () => log.debug({ message: id }, "outcome.not_durable"),
    )
  }
  const accept = (waId: string, sent: Unconfirmed) => {
    const status = "server_ack" as const
    if (sent.action === undefined) own.put({ id: sent.id, waId, chat: sent.view.chat, status })
    const at = new Date()
    settle(waId, sent.id, { status, ...sentMessage(sent, at) }, sessionLog.stage(acceptedChange(waId, sent, at)))
  }
  const end = (
    waId: string,
    message: Pick<Unconfirmed, "id"> & { view: Pick<Unconfirmed["view"], "chat"> },
    ended: Ended,
  ) => settle(waId, message.id, { status: ended.status }, sessionLog.stage(endedChange(waId, message, ended)))

  const work = async () => {
    again = true
    if (working) return
    working = true
    try {
      for (let more = true; more;) more = await rows.keeping(sendBatch)
    } catch (error) {
      interrupted(error)
    } finally {
      working = false
    }
  }
  const interrupted = (error: unknown) => {
    log.warn({ error }, "outbox.interrupted")
    rows.unclear()
    retry ??= setTimeout(
      () => {
        retry = null
        wake()
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
    const due = await rows.look(Date.now())
    for (const row of due) {
      if (!isPresent(to)) break
      const verdict = await verdictOf(row, options, Date.now())
      if (!isPresent(to)) break
      if (verdict.do === "wait") {
        alarm.at(verdict.until)
        break
      }
      const typesUntil = verdict.do === "send" && !rows.isTaken(row) ? typing.holds(row, to, Date.now()) : null
      if (typesUntil !== null) alarm.at(typesUntil)
      else if (await obey(row, verdict, to)) again = true
    }
    // Whatever was put off, or not come to, is looked for the next time.
    if (!due.every((row) => rows.isTaken(row))) rows.unclear()
    return again && isPresent(to)
  }
  /** True when something was done about the row. */
  const obey = async (row: OutboxDoc, verdict: Exclude<Verdict, { do: "wait" }>, to: GatedSocket): Promise<boolean> => {
    if (rows.isTaken(row)) return false
    if (verdict.do === "send") await sendRow(row, verdict, to)
    if (verdict.do === "end") endUnsent(row, { status: verdict.status, error: null })
    if (verdict.do === "put-off") return putOff(row, verdict)
    return verdict.do !== "skip"
  }
  /** The row waits; MongoDB needs to know only if it waits longer than it knows. */
  const putOff = async (row: OutboxDoc, { until, reason }: Extract<Verdict, { do: "put-off" }>): Promise<boolean> => {
    if (until - Date.now() < aheadMs) alarm.at(until)
    if (until <= row.dueAt.getTime()) return false
    const set = { dueAt: new Date(until), delayed: reason === null ? null : { reason }, updatedAt: new Date() }
    await options.store.collections.outbox.updateOne({ _id: row._id, status: "queued", cancel: null }, { $set: set })
    return true
  }
  const endUnsent = (row: OutboxDoc, ended: Ended) => {
    rows.take(row, ended.status)
    const message = { id: row._id, view: { chat: chatOf(options.names, row.to) } }
    end(row.waId, message, ended)
  }
  /** Those that nobody will send need no connection. */
  const endOverdue = async () => {
    const now = Date.now()
    for (const row of await rows.overdue(now)) {
      const status = rows.isTaken(row) ? null : endOf(row, now)
      if (status !== null) endUnsent(row, { status, error: null })
    }
  }
  const sendRow = async (row: OutboxDoc, { noting }: Extract<Verdict, { do: "send" }>, to: GatedSocket) => {
    const prepared = await prepareRow(row, to.socket, options).catch((error: unknown) => giveUp(row, error))
    // It may have been cancelled meanwhile, or its campaign paused: from here on to its staging nothing comes between.
    if (
      prepared === null ||
      rows.isTaken(row) ||
      rows.isRevised(row) ||
      options.campaigns.verdictOf(row, Date.now()) !== null
    )
      return
    const { sent, change } = sendChange({ ...row, to: prepared.to }, prepared, options)
    rows.take(row, "sending")
    for (const message of change.messages ?? []) {
      own.put({ id: row._id, waId: row.waId, chat: message.chat, status: "sending" })
      options.targets.put(message)
    }
    const now = Date.now()
    sessionLog.stage({ ...change, state: { ...change.state, ...noting?.(now), ...options.campaigns.noting(row, now) } })
    faultPoint("outbound.after-stage-before-commit")
    await relayOne(row.waId, sent, to)
  }
  /** Ends a row that cannot be prepared; throws when it may be tried again. */
  const giveUp = (row: OutboxDoc, error: unknown): PreparedRow | null => {
    if (!(error instanceof NotSendable) && tries.next(row._id) !== "last") throw error
    const code = error instanceof NotSendable ? error.code : "not_sent"
    const text = error instanceof NotSendable ? error.message : "the message could not be prepared for sending"
    log.warn({ error, message: row._id, code }, "message.not_sendable")
    if (!rows.isTaken(row)) endUnsent(row, { status: "failed", error: { code, text } })
    return null
  }
  const relayOne = async (waId: string, sent: Unconfirmed, to: GatedSocket) => {
    const relayed = await relay.send(waId, sent, to)
    if (relayed === "forged") return end(waId, sent, { status: "failed", error: forgedKeys })
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
      // A second status post would be seen twice by those who have opened the first; a chat is begun once.
      const mayRepeat = sent.to !== statusFeed && sent.stranger !== true
      if (ageMs <= options.resendMsMax && mayRepeat) await relayOne(waId, sent, to)
      else end(waId, sent, { status: "unknown", error: null })
    }
  }
  const wake = () => {
    rows.unclear()
    void work()
  }
  const alarm = createAlarm(wake)
  const poll = setInterval(() => {
    void rows.keeping(endOverdue).catch(interrupted)
    wake()
  }, options.pollMs)

  return {
    connected(to) {
      relay.reset()
      connection = to
      resolving = true
      resolveDoubts(to)
        .finally(() => (resolving = false))
        .then(wake, interrupted)
    },
    disconnected() {
      connection = null
      typing.reset()
      relay.reset()
    },
    wake,
    take(row, ticket) {
      rows.bring(row, ticket)
      void work()
    },
    get ticket() {
      return rows.ticket
    },
    revise: (id, revision) =>
      rows.keeping(async () => {
        const { row, status } = await rows.read(id)
        if (status === "queued" && rows.isTaken(row)) return "sending"
        if (status === "queued") rows.revise(row, revision)
        return status
      }),
    async cancel(id) {
      const outcome = await rows.keeping(async () => {
        const { row, status } = await rows.read(id)
        if (status !== "queued") return status
        if (rows.isTaken(row)) return "sending"
        endUnsent(row, { status: "cancelled", error: null })
        return "cancelled"
      })
      await sessionLog.whenDurable(sessionLog.staged)
      return outcome
    },
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
      rows.recorded(marks)
      for (const { id, status } of marks) {
        if (status !== "sending") outcomes.tell(id, { status })
      }
    },
    onOutcome: outcomes.on,
    get unansweredSince() {
      return relay.unansweredSince
    },
    stop() {
      connection = null
      clearInterval(poll)
      alarm.stop()
      if (retry !== null) clearTimeout(retry)
      relay.reset()
    },
  }
}
