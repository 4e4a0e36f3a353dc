import type { AuthenticationCreds, proto } from "@whiskeysockets/baileys"
import { proto as protobufs } from "@whiskeysockets/baileys"
import { personOf } from "@wildcat/shared/contracts"
import type { Person, ReasonCode } from "@wildcat/shared/contracts"
import type { Bus } from "@wildcat/shared/bus"
import { pause } from "@wildcat/shared/runtime"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { AccountDoc, Store } from "@wildcat/shared/store"
import { createOwnMessages } from "../inbound/own-messages.ts"
import type { Names } from "../inbound/people.ts"
import { createSessionLog, newNonce } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import { takeOver } from "../log/take-over.ts"
import { createSender } from "../outbound/sender.ts"
import type { Sender } from "../outbound/sender.ts"
import { applyRows } from "../pump/apply-rows.ts"
import { createPump } from "../pump/pump.ts"
import { createDevicesCache } from "../signal/devices-cache.ts"
import { createKeyStore } from "../signal/key-store.ts"
import { createMemos } from "../signal/memos.ts"
import { makeRepositoryFactory } from "../signal/repository.ts"
import type { Stanzas } from "../whatsapp/frames.ts"
import type { SocketSettings } from "../whatsapp/socket.ts"
import { connect } from "./connection.ts"
import type { Connection } from "./connection.ts"
import { credentialsOf, forgetCredentials } from "./credentials.ts"
import { endingOf, isOutOfQrCodes } from "./disconnect-table.ts"
import { createIntake } from "./intake.ts"
import { refusalOf } from "./pairing-check.ts"
import { createQrCodes } from "./qr.ts"
import type { ShownQr } from "./qr.ts"
import { createReconnects } from "./reconnect.ts"
import { createStanding } from "./standing.ts"
import { unlinkDevice } from "../whatsapp/unlink.ts"

export interface SessionSettings {
  socket: SocketSettings
  publicUrl: string
  mediaLinkDays: number
  /** Connections whose QR codes may run out before the account fails. */
  qrRounds: number
  resendMsMax: number
  outboxPollMs: number
  commitPatienceMs: number
}

export interface SessionOptions {
  account: Pick<AccountDoc, "_id" | "tenant" | "me" | "status" | "reason">
  epoch: number
  bus: Bus
  store: Store
  box: SecretBox
  settings: SessionSettings
  log: Logger
}

/** One account's session, owned by this process until it ends. */
export interface Session {
  readonly account: string
  readonly epoch: number
  readonly sender: Sender
  readonly qr: ShownQr
  readonly isLinked: boolean
  readonly isConnected: boolean
  /** Connects and stays connected, until it ends for good or `stop` is called. */
  run(): Promise<void>
  /** Unlinks the device at WhatsApp when connected, and deletes the credentials. */
  logOut(): Promise<void>
  /** Ends the connection; with a reason, the account's status says so. Resolves when the log is carried on, as far as possible. */
  stop(reason: ReasonCode): Promise<void>
  /** Resolves when the log has died: another owner has taken over, or it cannot be written. */
  died: Promise<unknown>
}

/** The longest that an orderly end waits for the network and the log. */
const stopWaitMs = 5_000

/** Takes the session over and reads its state. Throws Fenced when a later owner is there already. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { account, epoch, bus, store, box, settings } = options
  const log = options.log.child({ account: account._id, epoch })
  const nonce = newNonce()
  const patienceMs = settings.commitPatienceMs
  const taken = await takeOver({ store, box, account: account._id, epoch, nonce, patienceMs })
  // What the pump has not carried on yet must be readable: a redelivered receipt or message is judged by it.
  await applyRows(
    store,
    account._id,
    taken.tail.map(({ entry }) => entry),
  )
  const { state } = taken
  const pump = createPump({ account: account._id, bus, store, box, log, recorded: (marks) => sender.recorded(marks) })
  const scope = { id: account._id, tenant: account.tenant }
  const sessionLog = createSessionLog({
    ...{ account: scope, epoch, nonce, lastRow: taken.lastRow, state, store, box, patienceMs, log },
    committed: (n, entry) => pump.push(n, entry),
  })
  for (const { n, entry } of taken.tail) pump.push(n, entry)

  const names = namesOf(state)
  const linkedAs = () => meOf(state.get("creds", "creds"))
  /** The number that was linked last; another one is refused. */
  let knownMe = account.me
  const me = () => linkedAs() ?? knownMe ?? { pn: null, lid: null }
  const { publicUrl, mediaLinkDays } = settings
  const own = createOwnMessages(store, account._id)
  const sender = createSender({
    ...{ account: account._id, store, box, publicUrl, mediaLinkDays, state, sessionLog, own, names, me, log },
    resendMsMax: settings.resendMsMax,
    pollMs: settings.outboxPollMs,
  })
  const context = {
    ...{ account: account._id, tenant: account.tenant, names, box, publicUrl, mediaLinkDays },
    get me() {
      return me()
    },
  }
  const memos = createMemos(state)
  const intake = createIntake({ store, state, sessionLog, memos, own, sender, context, log })
  const keys = createKeyStore(state, sessionLog)
  const stanzas: Stanzas = new WeakMap()
  const stanzaOf = (ciphertext: Uint8Array) => stanzas.get(ciphertext)
  const makeSignalRepository = makeRepositoryFactory({ memos, log: sessionLog, keys, stanzaOf, ...intake })
  const devices = createDevicesCache(state, sessionLog)
  const standing = createStanding({ initial: account, sessionLog, me: () => linkedAs() ?? knownMe })
  const qrCodes = createQrCodes({ bus, account: scope, lifeMs: settings.socket.qrLifeMs })
  const reconnects = createReconnects()
  const stopping = new AbortController()
  const death = Promise.withResolvers<unknown>()
  let connection: Connection | null = null
  let running: Promise<void> | null = null
  let refusal: ReasonCode | null = null
  let qrRound = 0
  let isConnected = false

  sessionLog.onDeath((cause) => {
    log.warn({ error: cause }, "session.log_died")
    stopping.abort()
    death.resolve(cause)
  })

  const open = (creds: AuthenticationCreds) =>
    connect(
      { settings: settings.socket, creds, keys, devices, sessionLog, makeSignalRepository, log, messageById },
      stanzas,
      {
        ...intake,
        credsChanged: () => void sessionLog.stage({ state: { creds: { creds } } }),
        qr: (code) => {
          qrCodes.show(code)
          standing.report("qr")
        },
        pairing: () => {
          qrCodes.hide()
          standing.report("pairing")
        },
        opened: () => {
          isConnected = true
          knownMe = linkedAs()
          reconnects.opened()
          standing.report("connected")
          log.info({}, "session.connected")
        },
        ready: (gated) => sender.connected(gated),
        paired: (device) =>
          sessionLog.hold(async () => {
            refusal = await refusalOf(store, { _id: account._id, me: knownMe }, device)
            if (refusal !== null) connection?.cut()
          }),
      },
    )
  const messageById = async (waId: string): Promise<proto.IMessage | undefined> => {
    const unconfirmed = state.get("unconfirmed", waId)
    if (unconfirmed !== undefined) return protobufs.Message.decode(unconfirmed.message)
    const doc = await store.collections.messages.findOne({ account: account._id, waId, fromMe: true })
    return doc?.raw ? protobufs.Message.decode(box.open(doc.raw.buffer, `message:${doc._id}`)) : undefined
  }

  /** One connection after the other. */
  const runConnections = async () => {
    while (!stopping.signal.aborted) {
      standing.report("connecting")
      connection = open(credentialsOf(state, sessionLog))
      const error = await connection.ended
      connection = null
      isConnected = false
      qrCodes.hide()
      sender.disconnected()
      if (stopping.signal.aborted) return
      if (!(await goesOn(error))) return
    }
  }
  /** Draws the consequence of an ended connection; true when another one is to follow. */
  const goesOn = async (error: unknown): Promise<boolean> => {
    if (refusal !== null) return end("failed", refusal, true)
    if (isOutOfQrCodes(error)) {
      qrRound += 1
      return qrRound < settings.qrRounds || end("failed", "qr_expired", false)
    }
    const { status, reason, next } = endingOf(error)
    log.info({ reason, next }, "session.disconnected")
    if (next === "stop" || next === "forget")
      return end(status === "disconnected" ? "failed" : status, reason, next === "forget")
    if (next === "reconnect-few" && reconnects.tooOften()) return end("failed", reason, false)
    if (next === "restart") await sessionLog.whenDurable(sessionLog.staged)
    else {
      standing.report(status, reason)
      await pause(reconnects.pauseMs(), stopping.signal)
    }
    return true
  }
  const end = (
    status: "failed" | "logged_out" | typeof standing.status,
    reason: ReasonCode,
    forget: boolean,
  ): false => {
    if (forget) forgetCredentials(state, sessionLog)
    standing.report(status, reason)
    log.info({ status, reason }, "session.ended")
    return false
  }
  const hangUp = async () => {
    const current = connection
    if (current === null) return
    await within(stopWaitMs, current.gate.emptied())
    current.socket.end(undefined).catch((error: unknown) => log.debug({ error }, "socket.end_failed"))
    await within(stopWaitMs, current.ended)
    current.cut()
  }

  return {
    account: account._id,
    epoch,
    sender,
    get qr() {
      return qrCodes.shown
    },
    get isLinked() {
      return linkedAs() !== null
    },
    get isConnected() {
      return isConnected
    },
    run: () => (running ??= runConnections()),
    async logOut() {
      stopping.abort()
      const creds = state.get("creds", "creds")
      if (connection !== null && isConnected && creds?.me) await unlinkDevice(connection, creds.me.id)
      await hangUp()
      await running
      end("logged_out", "logged_out_by_request", true)
      await sessionLog.whenDurable(sessionLog.staged)
    },
    async stop(reason) {
      stopping.abort()
      sender.stop()
      await hangUp()
      await within(stopWaitMs, running ?? Promise.resolve())
      if (!sessionLog.isDead && !["logged_out", "failed"].includes(standing.status))
        standing.report("disconnected", reason)
      await within(stopWaitMs, sessionLog.close())
      await within(stopWaitMs, pump.idle())
      await pump.stop()
    },
    died: death.promise,
  }
}

function namesOf(state: SessionState): Names {
  return {
    lidOf: (pnUser) => state.get("lid-mapping", pnUser) ?? state.get("names", pnUser),
    pnOf: (lidUser) => state.get("lid-mapping", `${lidUser}_reverse`) ?? state.get("names", lidUser),
  }
}

function meOf(creds: AuthenticationCreds | undefined): Person | null {
  return creds?.me === undefined ? null : personOf(creds.me.id, creds.me.lid)
}

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  await Promise.race([work, pause(ms, done.signal)])
  done.abort()
}
