import type { AuthenticationCreds } from "@whiskeysockets/baileys"
import type { AccountStatus, ReasonCode } from "@wildcat/shared/contracts"
import { pause } from "@wildcat/shared/runtime"
import type { GatedSocket } from "../whatsapp/socket.ts"
import { unlinkDevice } from "../whatsapp/unlink.ts"
import { connect } from "./connection.ts"
import type { Connection } from "./connection.ts"
import { credentialsOf, forgetCredentials } from "./credentials.ts"
import { deafness, endingOf, isOutOfQrCodes } from "./disconnect-table.ts"
import { watchHearing } from "./hearing.ts"
import type { Hearing } from "./hearing.ts"
import { refusalOf } from "./pairing-check.ts"
import { ownReadingChange } from "../inbound/own-reading.ts"
import type { SessionOptions, SessionParts } from "./parts.ts"
import type { QrCodes } from "./qr.ts"
import { createReconnects } from "./reconnect.ts"
import type { Standing } from "./standing.ts"
import { within } from "./within.ts"

/** The connections of a session, one after the other. */
export interface Connections {
  /** The connection that is logged in now; null while there is none. */
  readonly online: GatedSocket | null
  /** Connects and stays connected, until it ends for good or `signal` is aborted. */
  run(signal: AbortSignal): Promise<void>
  /** Tells WhatsApp to remove the device, if connected. */
  unlink(): Promise<void>
  /** Lets what is in the gate leave, then closes. */
  hangUp(): Promise<void>
  /** Ends the account's link or its tries for good, with what its status says then. */
  end(status: AccountStatus, reason: ReasonCode, credentials: "keep" | "forget"): void
}

/** The longest that an orderly end waits for the network. */
const hangUpWaitMs = 5_000

export function createConnections(
  options: SessionOptions,
  parts: SessionParts,
  { standing, qrCodes }: { standing: Standing; qrCodes: QrCodes },
): Connections {
  const { store, settings, log } = options
  const { state, sessionLog, sender, identity } = parts
  const reconnects = createReconnects()
  let connection: Connection | null = null
  let isConnected = false
  let refusal: ReasonCode | null = null
  let qrRound = 0
  let hearing: Hearing | null = null
  let isDeaf = false
  let leave: (() => void) | null = null
  /** Lets the next session connect. */
  const admitted = () => {
    leave?.()
    leave = null
  }

  const deaf = () => {
    isDeaf = true
    connection?.cut()
  }
  const open = (creds: AuthenticationCreds) =>
    connect({ ...parts, settings: settings.socket, creds, log }, parts.stanzas, {
      ...parts.intake,
      ...parts.people,
      ...parts.calls,
      met(stanza) {
        parts.people.met(stanza)
        parts.addresses.note(stanza)
      },
      receipt(stanza) {
        parts.intake.receipt(stanza)
        const change = ownReadingChange(stanza, parts.view)
        if (change !== null) sessionLog.stage(change)
      },
      notification(stanza) {
        parts.people.notification(stanza)
        parts.appState.noticed(stanza)
        parts.restrictions.notification(stanza)
      },
      heard: () => hearing?.heard(),
      credsChanged: () => void sessionLog.stage({ state: { creds: { creds } } }),
      qr: (code) => {
        admitted()
        qrCodes.show(code)
        standing.report("qr")
      },
      pairing: () => {
        qrCodes.hide()
        standing.report("pairing")
      },
      opened: () => {
        isConnected = true
        hearing?.stop()
        hearing = watchHearing({
          keepAliveMs: settings.socket.keepAliveMs,
          answerMsMax: settings.deafAfterMs,
          unansweredSince: () => sender.unansweredSince,
          deaf,
        })
        admitted()
        identity.confirm()
        reconnects.opened()
        standing.report("connected")
        log.info({}, "session.connected")
      },
      ready: (gated) => {
        sender.connected(gated)
        parts.intake.missed.connected(gated.socket)
        parts.groupKeeper.connected(gated)
        parts.appState.connected(gated.socket)
        parts.history.connected(gated.socket)
      },
      // Held: our confirmation does not leave before it is known that this phone may be linked.
      paired: (device) =>
        sessionLog.hold(async () => {
          refusal = await refusalOf(store, { _id: options.account._id, me: identity.known }, device)
          if (refusal !== null) connection?.cut()
        }),
    })
  const end: Connections["end"] = (status, reason, credentials) => {
    if (credentials === "forget") forgetCredentials(state, sessionLog)
    standing.report(status, reason)
    log.info({ status, reason }, "session.ended")
  }
  /** Draws the consequence of an ended connection; true when another one is to follow. */
  const goesOn = async (error: unknown, signal: AbortSignal): Promise<boolean> => {
    if (refusal !== null) return stop("failed", refusal, "forget")
    if (isOutOfQrCodes(error)) {
      qrRound += 1
      return qrRound < settings.qrRounds || stop("failed", "qr_expired", "keep")
    }
    const { status, reason, next } = isDeaf ? deafness : endingOf(error)
    isDeaf = false
    log.info({ reason, next }, "session.disconnected")
    if (next === "stop") return stop(status, reason, "keep")
    if (next === "forget") return stop(status, reason, "forget")
    if (next === "reconnect-few" && reconnects.tooOften()) return stop("failed", reason, "keep")
    if (next === "restart") await sessionLog.whenDurable(sessionLog.staged)
    else {
      standing.report(status, reason)
      await pause(reconnects.pauseMs(), signal)
    }
    return true
  }
  const stop = (...ending: Parameters<typeof end>): false => {
    end(...ending)
    return false
  }
  const one = async (signal: AbortSignal): Promise<unknown> => {
    standing.report("connecting")
    const creds = credentialsOf(state, sessionLog)
    leave = await options.admission.enter(creds, signal)
    if (leave === null || signal.aborted) return admitted()
    connection = open(creds)
    parts.intake.missed.connecting(connection.socket)
    const error = await connection.ended
    admitted()
    connection = null
    isConnected = false
    hearing?.stop()
    hearing = null
    qrCodes.hide()
    sender.disconnected()
    parts.appState.disconnected()
    parts.history.disconnected()
    parts.intake.missed.disconnected()
    parts.groupKeeper.disconnected()
    return error
  }

  return {
    get online() {
      return isConnected ? connection : null
    },
    async run(signal) {
      for (let more = true; more && !signal.aborted;) {
        const error = await one(signal)
        more = !signal.aborted && (await goesOn(error, signal))
      }
    },
    async unlink() {
      const me = state.get("creds", "creds")?.me
      if (connection !== null && isConnected && me !== undefined) await unlinkDevice(connection, me.id)
    },
    async hangUp() {
      const current = connection
      if (current === null) return
      await within(hangUpWaitMs, current.gate.emptied())
      current.socket.end(undefined).catch((error: unknown) => log.debug({ error }, "socket.end_failed"))
      await within(hangUpWaitMs, current.ended)
      current.cut()
    },
    end,
  }
}
