import { WildcatError } from "@wildcat/shared/contracts"
import type { Person, ReasonCode } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import type { Campaigns } from "../outbound/campaigns/campaigns.ts"
import type { ChatControl } from "../chats/chat-control.ts"
import type { SecretBox } from "@wildcat/shared/runtime"
import type { Sender } from "../outbound/sender.ts"
import type { GatedSocket } from "../whatsapp/socket.ts"
import { createConnections } from "./connections.ts"
import { openParts } from "./parts.ts"
import type { SessionOptions, SessionParts } from "./parts.ts"
import { createQrCodes } from "./qr.ts"
import type { ShownQr } from "./qr.ts"
import { createStanding } from "./standing.ts"
import { within } from "./within.ts"

/** One account's session, owned by this process until it ends. */
export interface Session {
  readonly account: string
  readonly epoch: number
  readonly sender: Sender
  /** Opens what is stored of the account's messages. */
  readonly box: SecretBox
  readonly campaigns: Campaigns
  readonly qr: ShownQr
  readonly isLinked: boolean
  readonly isConnected: boolean
  /** The connection that is logged in now. Throws `session_not_connected` while there is none. */
  online(): GatedSocket
  /** Those whom the session knows, under their names. */
  readonly people: Pick<SessionParts, "names" | "contacts" | "numbers" | "appState"> & {
    me(): Person
    /** The account has left a group. */
    left(group: string): void
  }
  readonly chats: ChatControl
  /** Resolves when what is known now can be read in MongoDB; when that takes long, earlier. */
  settled(): Promise<void>
  /** The account has other settings. */
  configure(account: Pick<AccountDoc, "pacing" | "restriction">): void
  readonly isDead: boolean
  /** When it had something to do last, by `performance.now()`. */
  readonly activeAt: number
  /** Connects and stays connected, until it ends for good or `stop` is called. */
  run(): Promise<void>
  /** Unlinks the device at WhatsApp when connected, and deletes the credentials. */
  logOut(): Promise<void>
  /**
   * Ends the connection; an account that had not ended by itself is `disconnected` for this reason then.
   * Resolves when the log has been carried on, as far as possible. `told` is awaited as soon as the next owner can begin:
   * all is stored and told, and only tidying is left.
   */
  stop(reason: ReasonCode, told?: () => Promise<void>): Promise<void>
  /** Resolves when the log has died: another owner has taken over, or it cannot be written. */
  died: Promise<unknown>
}

/** The longest that an orderly end waits for each of its parts. */
const stopWaitMs = 5_000
/** The longest that an answer waits for its change to be readable. */
const settleWaitMs = 1_000

/** Takes the session over and reads its state. Throws Fenced when a later owner is there already. */
export async function openSession(given: SessionOptions): Promise<Session> {
  const { account, epoch, bus, settings } = given
  const options = { ...given, log: given.log.child({ account: account._id, epoch }) }
  const parts = await openParts(options)
  const { sessionLog, pump, sender, identity } = parts
  const me = () => identity.linked() ?? identity.known
  const standing = createStanding({ initial: account, sessionLog, me })
  const scope = { id: account._id, tenant: account.tenant }
  const qrCodes = createQrCodes({ bus, account: scope, lifeMs: settings.socket.qrLifeMs })
  const connections = createConnections(options, parts, { standing, qrCodes })
  const stopping = new AbortController()
  const death = Promise.withResolvers<unknown>()
  let running: Promise<void> | null = null

  sessionLog.onDeath((cause) => {
    options.log.warn({ error: cause }, "session.log_died")
    stopping.abort()
    death.resolve(cause)
  })
  return {
    account: account._id,
    epoch,
    sender,
    box: given.box,
    campaigns: parts.campaigns,
    configure: (changed) => {
      if (parts.pacing.configure(changed)) sender.wake()
    },
    get qr() {
      return qrCodes.shown
    },
    get isLinked() {
      return identity.linked() !== null
    },
    get isConnected() {
      return connections.online !== null
    },
    online() {
      const { online } = connections
      if (online === null) throw new WildcatError("session_not_connected")
      return online
    },
    people: {
      names: parts.names,
      contacts: parts.contacts,
      numbers: parts.numbers,
      appState: parts.appState,
      left: parts.people.left,
      me: () => me() ?? { pn: null, lid: null },
    },
    chats: parts.chats,
    async settled() {
      await sessionLog.whenDurable(sessionLog.staged)
      await within(settleWaitMs, pump.written())
    },
    get isDead() {
      return sessionLog.isDead
    },
    get activeAt() {
      return sessionLog.activeAt
    },
    run: () => (running ??= connections.run(stopping.signal)),
    async logOut() {
      stopping.abort()
      await connections.unlink()
      await connections.hangUp()
      await running
      connections.end("logged_out", "logged_out_by_request", "forget")
      await sessionLog.whenDurable(sessionLog.staged)
    },
    async stop(reason, told) {
      stopping.abort()
      sender.stop()
      parts.restrictions.stop()
      parts.campaigns.stop()
      await connections.hangUp()
      await within(stopWaitMs, running ?? Promise.resolve())
      if (!sessionLog.isDead && !standing.hasEnded) standing.report("disconnected", reason)
      let isClosed = false
      await within(
        stopWaitMs,
        sessionLog.close().then(() => (isClosed = true)),
      )
      await within(stopWaitMs, pump.told())
      // Nobody may rely on an account without owner while this one could still commit.
      if (isClosed) await told?.()
      await within(stopWaitMs, pump.idle())
      await pump.stop()
    },
    died: death.promise,
  }
}
