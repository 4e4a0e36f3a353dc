import { proto } from "@whiskeysockets/baileys"
import type { AuthenticationCreds, PossiblyExtendedCacheStore, SocketConfig } from "@whiskeysockets/baileys"
import { personOf } from "@wildcat/shared/contracts"
import type { Person } from "@wildcat/shared/contracts"
import type { Bus } from "@wildcat/shared/bus"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { AccountDoc, Store } from "@wildcat/shared/store"
import { createOwnMessages } from "../inbound/own-messages.ts"
import type { Names } from "../inbound/people.ts"
import { createPersist } from "../log/persist.ts"
import { createSessionLog, newNonce } from "../log/session-log.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import { takeOver } from "../log/take-over.ts"
import type { TakenOver } from "../log/take-over.ts"
import { createSender } from "../outbound/sender.ts"
import type { Sender } from "../outbound/sender.ts"
import { applyRows } from "../pump/apply-rows.ts"
import { createPump } from "../pump/pump.ts"
import type { Pump } from "../pump/pump.ts"
import { createDevicesCache } from "../signal/devices-cache.ts"
import { createKeyStore } from "../signal/key-store.ts"
import type { KeyStore } from "../signal/key-store.ts"
import { createMemos } from "../signal/memos.ts"
import { makeRepositoryFactory } from "../signal/repository.ts"
import type { Stanzas } from "../whatsapp/frames.ts"
import type { SocketSettings } from "../whatsapp/socket.ts"
import type { Admission } from "./admission.ts"
import { createIntake } from "./intake.ts"
import type { Intake } from "./intake.ts"

export interface SessionSettings {
  socket: SocketSettings
  publicUrl: string
  mediaLinkDays: number
  /** Connections whose QR codes may run out before the account fails. */
  qrRounds: number
  resendMsMax: number
  outboxPollMs: number
  commitPatienceMs: number
  publishesMax: number
}

export interface SessionOptions {
  account: Pick<AccountDoc, "_id" | "tenant" | "me" | "status" | "reason">
  epoch: number
  bus: Bus
  store: Store
  box: SecretBox
  settings: SessionSettings
  /** Who may connect now, among all sessions of this process. */
  admission: Admission
  log: Logger
}

/** What a session consists of below its connections. */
export interface SessionParts {
  state: SessionState
  sessionLog: SessionLog
  pump: Pump
  sender: Sender
  intake: Intake
  keys: KeyStore
  devices: PossiblyExtendedCacheStore
  stanzas: Stanzas
  makeSignalRepository: SocketConfig["makeSignalRepository"]
  messageById(waId: string): Promise<proto.IMessage | undefined>
  identity: Identity
}

/** Whose session it is. */
export interface Identity {
  /** The number of the present credentials; null while unlinked. */
  linked(): Person | null
  /** The number that was linked last, also after a log-out: only it may be linked again. */
  readonly known: Person | null
  /** The present link is a good one. */
  confirm(): void
}

/** Takes the session over, reads its state and makes its parts. Throws Fenced when a later owner is there already. */
export async function openParts(options: SessionOptions): Promise<SessionParts> {
  const { account, epoch, store, box, settings } = options
  const nonce = newNonce()
  const patienceMs = settings.commitPatienceMs
  const taken = await takeOver({ store, box, account: account._id, epoch, nonce, patienceMs })
  // What the pump has not carried on yet must be readable: a redelivered receipt or message is judged by it.
  const tail = taken.tail.map(({ entry }) => entry)
  await applyRows(store, account._id, tail)
  return makeParts(options, taken, nonce)
}

function makeParts(options: SessionOptions, taken: TakenOver, nonce: string): SessionParts {
  const { account, epoch, bus, store, box, settings, log } = options
  const { state, lastRow } = taken
  const identity = identityOf(state, account.me)
  const me = () => identity.linked() ?? identity.known ?? { pn: null, lid: null }
  const names = namesOf(state)
  const pump = createPump({
    account: account._id,
    bus,
    store,
    box,
    log,
    publishesMax: settings.publishesMax,
    recorded: (marks) => sender.recorded(marks),
  })
  const sessionLog = createSessionLog({
    account: { id: account._id, tenant: account.tenant },
    epoch,
    nonce,
    lastRow,
    state,
    store,
    box,
    patienceMs: settings.commitPatienceMs,
    log,
    committed: (n, entry) => pump.push(n, entry),
  })
  for (const { n, entry } of taken.tail) pump.push(n, entry)
  const { publicUrl, mediaLinkDays } = settings
  const own = createOwnMessages(store, account._id)
  const shared = { account: account._id, store, box, publicUrl, mediaLinkDays, state, sessionLog, own, names, log }
  const sender = createSender({ ...shared, me, resendMsMax: settings.resendMsMax, pollMs: settings.outboxPollMs })
  const memos = createMemos(state)
  const view = { account: account._id, tenant: account.tenant, names, box, publicUrl, mediaLinkDays }
  const context = Object.defineProperty({ ...view, me: me() }, "me", { get: me })
  const intake = createIntake({ store, state, sessionLog, memos, own, sender, context, log })
  const keys = createKeyStore(state, sessionLog)
  const persist = createPersist(sessionLog, log)
  const stanzas: Stanzas = new WeakMap()
  const stanzaOf = (ciphertext: Uint8Array) => stanzas.get(ciphertext)
  return {
    state,
    sessionLog,
    pump,
    sender,
    intake,
    keys,
    devices: createDevicesCache(state, sessionLog),
    stanzas,
    makeSignalRepository: makeRepositoryFactory({ memos, log: sessionLog, keys, stanzaOf, ...intake }),
    messageById: (waId) => persist(() => messageById(waId, options, state)),
    identity,
  }
}

function identityOf(state: SessionState, known: Person | null): Identity {
  const linked = () => meOf(state.get("creds", "creds"))
  return {
    linked,
    get known() {
      return known
    },
    confirm: () => (known = linked() ?? known),
  }
}

function meOf(creds: AuthenticationCreds | undefined): Person | null {
  return creds?.me === undefined ? null : personOf(creds.me.id, creds.me.lid)
}

function namesOf(state: SessionState): Names {
  return {
    lidOf: (pnUser) => state.get("lid-mapping", pnUser) ?? state.get("names", pnUser),
    pnOf: (lidUser) => state.get("lid-mapping", `${lidUser}_reverse`) ?? state.get("names", lidUser),
  }
}

/** A message of ours, for a recipient that could not decrypt it. */
async function messageById(
  waId: string,
  { account, store, box }: SessionOptions,
  state: SessionState,
): Promise<proto.IMessage | undefined> {
  const unconfirmed = state.get("unconfirmed", waId)
  if (unconfirmed !== undefined) return proto.Message.decode(unconfirmed.message)
  const doc = await store.collections.messages.findOne({ account: account._id, waId, fromMe: true })
  return doc?.raw ? proto.Message.decode(box.open(doc.raw.buffer, `message:${doc._id}`)) : undefined
}
