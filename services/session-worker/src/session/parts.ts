import type { PossiblyExtendedCacheStore, SocketConfig, proto } from "@whiskeysockets/baileys"
import type { PacingDefault } from "@wildcat/shared/contracts"
import { createAddresses } from "../app-state/addresses.ts"
import type { Addresses } from "../app-state/addresses.ts"
import { createAppState } from "../app-state/app-state.ts"
import type { AppState } from "../app-state/app-state.ts"
import { createHistory } from "../history/history.ts"
import type { History } from "../history/history.ts"
import { createChatControl } from "../chats/chat-control.ts"
import type { ChatControl } from "../chats/chat-control.ts"
import type { Viewpoint } from "../inbound/envelope.ts"
import type { Bus, Undecryptable } from "@wildcat/shared/bus"
import type { Logger, SecretBox } from "@wildcat/shared/runtime"
import type { AccountDoc, Store } from "@wildcat/shared/store"
import { createActions } from "../actions/carry-out.ts"
import { createTargets } from "../actions/targets.ts"
import { createOwnMessages } from "../inbound/own-messages.ts"
import type { Names } from "../inbound/people.ts"
import { createPersist } from "../log/persist.ts"
import { createSessionLog, newNonce } from "../log/session-log.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import { takeOver } from "../log/take-over.ts"
import type { TakenOver } from "../log/take-over.ts"
import { createNumbers } from "../numbers/numbers.ts"
import type { Numbers } from "../numbers/numbers.ts"
import { createCampaigns } from "../outbound/campaigns/campaigns.ts"
import type { Campaigns } from "../outbound/campaigns/campaigns.ts"
import { createAccountPacing } from "../outbound/pacing/account-pacing.ts"
import type { AccountPacing } from "../outbound/pacing/account-pacing.ts"
import { createSender } from "../outbound/sender.ts"
import type { Sender } from "../outbound/sender.ts"
import { applyRows } from "../pump/apply-rows.ts"
import { createKeptChats } from "../pump/chats/kept-chats.ts"
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
import { createContacts } from "./contacts.ts"
import type { Contacts } from "./contacts.ts"
import { identityOf } from "./identity.ts"
import type { Identity } from "./identity.ts"
import { messageById } from "./message-by-id.ts"
import { createGroupKeeper } from "./group-keeper.ts"
import type { GroupKeeper } from "./group-keeper.ts"
import { createIntake } from "./intake.ts"
import type { Intake } from "./intake.ts"
import { createCalls } from "./calls.ts"
import { createRestrictions } from "./restrictions.ts"
import type { Restrictions } from "./restrictions.ts"
import { createPeopleIntake } from "./people-intake.ts"
import type { PeopleIntake } from "./people-intake.ts"
import { publishPresence } from "./publish-presence.ts"

export interface SessionSettings {
  socket: SocketSettings
  publicUrl: string
  mediaLinkDays: number
  /** Older messages of the phone's history are not stored. */
  historyDays: number
  /** Connections whose QR codes may run out before the account fails. */
  qrRounds: number
  resendMsMax: number
  outboxPollMs: number
  /** Whether accounts that say nothing else are paced. */
  pacing: PacingDefault
  /** How long WhatsApp may leave a message unanswered until the connection counts as deaf. */
  deafAfterMs: number
  /** See `IntakeOptions`. */
  askAgainMs: number
  commitPatienceMs: number
  publishesMax: number
}

export interface SessionOptions {
  account: Pick<AccountDoc, "_id" | "tenant" | "me" | "status" | "reason" | "createdAt" | "pacing" | "restriction">
  epoch: number
  bus: Bus
  store: Store
  box: SecretBox
  settings: SessionSettings
  /** Who may connect now, among all sessions of this process. */
  admission: Admission
  /** Counts for all sessions of this process. */
  undecryptable: Undecryptable
  log: Logger
}

/** What a session consists of below its connections. */
export interface SessionParts {
  state: SessionState
  sessionLog: SessionLog
  pump: Pump
  sender: Sender
  pacing: AccountPacing
  campaigns: Campaigns
  intake: Intake
  people: PeopleIntake
  restrictions: Restrictions
  calls: ReturnType<typeof createCalls>
  contacts: Contacts
  groupKeeper: GroupKeeper
  numbers: Numbers
  names: Names
  view: Viewpoint
  addresses: Addresses
  appState: AppState
  chats: ChatControl
  history: History
  keys: KeyStore
  devices: PossiblyExtendedCacheStore
  stanzas: Stanzas
  makeSignalRepository: SocketConfig["makeSignalRepository"]
  messageById(waId: string): Promise<proto.IMessage | undefined>
  identity: Identity
}

/** Takes the session over, reads its state and makes its parts. Throws Fenced when a later owner is there already. */
export async function openParts(options: SessionOptions): Promise<SessionParts> {
  const { account, epoch, store, box, settings } = options
  const nonce = newNonce()
  const patienceMs = settings.commitPatienceMs
  const taken = await takeOver({ store, box, account: account._id, epoch, nonce, patienceMs })
  // What the pump has not carried on yet must be readable: a redelivered receipt or message is judged by it.
  await applyRows(store, { account: account._id, tenant: account.tenant }, taken.tail)
  return makeParts(options, taken, nonce)
}

function makeParts(options: SessionOptions, taken: TakenOver, nonce: string): SessionParts {
  const { account, epoch, bus, store, box, settings, log } = options
  const { state, lastRow } = taken
  const identity = identityOf(state, account.me)
  const me = () => identity.linked() ?? identity.known ?? { pn: null, lid: null }
  const names = namesOf(state)
  const keptChats = createKeptChats({ account: account._id, tenant: account.tenant })
  const pump = createPump({
    account: account._id,
    tenant: account.tenant,
    bus,
    store,
    box,
    log,
    publishesMax: settings.publishesMax,
    actions: createActions({ account: account._id, store, box, chatsChanged: keptChats.forget }),
    keptChats,
    recorded(marks) {
      sender.recorded(marks)
      campaigns.recorded(marks)
    },
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
  const targets = createTargets({ account: account._id, store, box })
  const links = { publicUrl, mediaLinkDays }
  const numbers = createNumbers(store, account._id)
  const shared = { account: account._id, store, box, ...links, state, sessionLog, own, targets, names, log, numbers }
  const pacing = createAccountPacing({ account, installation: settings.pacing, store, state, names })
  const pollMs = settings.outboxPollMs
  const campaigns = createCampaigns({
    account: account._id,
    store,
    state,
    sessionLog,
    pollMs,
    fed: () => sender.wake(),
    log,
  })
  const sender = createSender({
    ...shared,
    tenant: account.tenant,
    me,
    resendMsMax: settings.resendMsMax,
    pollMs,
    pacing,
    campaigns: campaigns.gate,
  })
  const memos = createMemos(state)
  const contacts = createContacts({ account: account._id, state, sessionLog })
  const appState = createAppState({ account: account._id, state, sessionLog, names, contacts, log })
  const addresses = createAddresses({ state, sessionLog, names })
  const view = { account: account._id, tenant: account.tenant, names, box, publicUrl, mediaLinkDays }
  const context = Object.defineProperty({ ...view, me: me() }, "me", { get: me })
  const history = createHistory({ state, sessionLog, context, contacts, daysMax: settings.historyDays, log })
  const { askAgainMs } = settings
  const restrictions = createRestrictions({ state, sessionLog })
  const intake = createIntake({
    peerHeard: () => {
      appState.keysArrived()
      history.heard()
    },
    store,
    state,
    sessionLog,
    memos,
    own,
    targets,
    sender,
    context,
    askAgainMs,
    undecryptable: options.undecryptable,
    log,
    refused: restrictions.refused,
  })
  const groupKeeper = createGroupKeeper(log)
  const people = createPeopleIntake({
    state,
    sessionLog,
    view: context,
    contacts,
    refresh: groupKeeper.refresh,
    present: (data) => publishPresence(bus, account, data),
  })
  const keys = createKeyStore(state, sessionLog)
  const persist = createPersist(sessionLog, log)
  const stanzas: Stanzas = new WeakMap()
  const stanzaOf = (ciphertext: Uint8Array) => stanzas.get(ciphertext)
  return {
    state,
    sessionLog,
    pump,
    sender,
    pacing,
    campaigns,
    intake,
    people,
    contacts,
    groupKeeper,
    restrictions,
    calls: createCalls({ state, sessionLog, view: context }),
    numbers,
    names,
    view: context,
    addresses,
    appState,
    history,
    chats: createChatControl({ account: account._id, store, sessionLog, names, addresses, appState }),
    keys,
    devices: createDevicesCache(state, sessionLog),
    stanzas,
    makeSignalRepository: makeRepositoryFactory({ memos, log: sessionLog, state, keys, stanzaOf, ...intake }),
    messageById: (waId) => persist(() => messageById(waId, { account: account._id, store, box, state })),
    identity,
  }
}

function namesOf(state: SessionState): Names {
  return {
    lidOf: (pnUser) => state.get("lid-mapping", pnUser) ?? state.get("names", pnUser),
    pnOf: (lidUser) => state.get("lid-mapping", `${lidUser}_reverse`) ?? state.get("names", lidUser),
  }
}
