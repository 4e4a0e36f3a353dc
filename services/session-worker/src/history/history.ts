import { proto } from "@whiskeysockets/baileys"
import type { WASocket } from "@whiskeysockets/baileys"
import { derivedId } from "@wildcat/shared/contracts"
import type { ChatRef, EventData } from "@wildcat/shared/contracts"
import { faultPoint } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { MessageContext } from "../inbound/message.ts"
import { resolvePerson, userOf } from "../inbound/people.ts"
import type { EventDraft } from "../log/entry.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { PendingHistory, SessionState, StateChanges } from "../log/state.ts"
import type { Contacts } from "../session/contacts.ts"
import { createLock } from "../signal/lock.ts"
import { readConversation } from "./conversation-change.ts"
import { openPart } from "./open-part.ts"
import type { HistoryPart } from "./read-parts.ts"

/**
 * Stores what the phone hands over of the time before. Its announcement is in the session's state since it was decrypted,
 * and leaves it together with the last of what it announced: a worker that dies in between loses nothing.
 */
export interface History {
  connected(socket: WASocket): void
  disconnected(): void
  /** The phone has said something to this device. */
  heard(): void
}

export interface HistoryOptions {
  state: SessionState
  sessionLog: SessionLog
  context: MessageContext
  contacts: Contacts
  /** Messages that are older are not stored, unless they were asked for. */
  daysMax: number
  log: Logger
}

const { HistorySyncType } = proto.HistorySync
const kinds: Partial<Record<number, EventData<"history.synced">["kind"]>> = {
  [HistorySyncType.INITIAL_BOOTSTRAP]: "initial",
  [HistorySyncType.RECENT]: "recent",
  [HistorySyncType.FULL]: "full",
  [HistorySyncType.ON_DEMAND]: "on_demand",
  [HistorySyncType.PUSH_NAME]: "names",
}

/** A commit takes some megabytes. */
const messagesPerChange = 100
const dayMs = 86_400_000
/** The phone's file is gone by then. */
const ageMsMax = 7 * dayMs
/** One part at a time in the whole process: each may take as much memory as many sessions. */
const turn = createLock()

export function createHistory(options: HistoryOptions): History {
  const { state, sessionLog, log } = options
  let online: WASocket | null = null
  let working = false

  const work = async () => {
    if (working) return
    working = true
    const tried = new Set<string>()
    try {
      for (;;) {
        const next = pendingOf(state).find(([id]) => !tried.has(id))
        const socket = online
        if (next === undefined || socket === null || sessionLog.isDead) return
        tried.add(next[0])
        await turn.run(() => storeOne(...next, socket, options))
      }
    } finally {
      working = false
    }
  }
  const start = () => void work().catch((error: unknown) => log.warn({ error }, "history.interrupted"))
  return {
    connected(socket) {
      online = socket
      start()
    },
    disconnected: () => (online = null),
    heard: start,
  }
}

function pendingOf(state: SessionState): [string, PendingHistory][] {
  return state.entries("history").sort(([, one], [, other]) => one.at - other.at)
}

async function storeOne(id: string, pending: PendingHistory, socket: WASocket, options: HistoryOptions): Promise<void> {
  const { log, sessionLog } = options
  try {
    const notification = proto.Message.HistorySyncNotification.decode(pending.notification)
    await store(id, pending, await openPart(notification, socket), options)
  } catch (error) {
    const isOver = Date.now() - pending.at > ageMsMax
    log.warn({ error, isOver }, "history.not_read")
    // Until then it is tried again whenever the session connects.
    if (isOver) sessionLog.stage({ state: { history: { [id]: null } } })
  }
}

async function store(id: string, pending: PendingHistory, part: HistoryPart, options: HistoryOptions): Promise<void> {
  const { sessionLog, context, contacts, daysMax } = options
  const kind = kinds[part.syncType]
  const isAskedFor = part.syncType === HistorySyncType.ON_DEMAND
  const since = isAskedFor ? new Date(0) : new Date(Date.now() - daysMax * dayMs)
  stageNames(part, options)
  let told = pending
  let chat: ChatRef | null = null
  for (let index = pending.done; kind !== undefined && index < part.conversations; index += 1) {
    const conversation = part.conversation(index)
    const read = readConversation(conversation, since, context)
    if (read !== null) {
      chat = read.chat
      if (read.savedName !== null) contacts.met(read.chat, { savedName: read.savedName })
      for (let at = 0; at < read.messages.length; at += messagesPerChange) {
        sessionLog.stage({ past: read.messages.slice(at, at + messagesPerChange) })
        await sessionLog.relieved()
      }
    }
    told = {
      ...told,
      done: index + 1,
      messages: told.messages + (read?.messages.length ?? 0),
      skipped: told.skipped + (read?.skipped ?? 0),
    }
    sessionLog.stage({
      state: { history: { [id]: told }, ...tokenOf(conversation, context), ...stayOf(conversation, context) },
      chats: read === null ? [] : [read.change],
    })
    faultPoint("history.after-conversation-before-next")
    await sessionLog.relieved()
  }
  const data = {
    kind: kind ?? "initial",
    progress: part.progress,
    chats: part.conversations,
    messages: told.messages,
    skipped: told.skipped,
    chat: isAskedFor ? chat : null,
  }
  sessionLog.stage({
    state: { history: { [id]: null } },
    ...(kind === undefined ? {} : { events: [eventOf(id, data, context)] }),
  })
}

function eventOf(id: string, data: EventData<"history.synced">, { account }: MessageContext): EventDraft {
  const time = new Date().toISOString()
  return { id: derivedId("event", account, "history.synced", id), type: "history.synced", time, data }
}

/** Who is who comes first: messages are stored under the names that are known. */
function stageNames(part: HistoryPart, { sessionLog, context, contacts }: HistoryOptions): void {
  const mapped = part.pairs.filter(({ pn, lid }) => context.names.lidOf(userOf(pn)) !== userOf(lid))
  const pairs = mapped.flatMap(({ pn, lid }) => [
    [userOf(pn), userOf(lid)] as const,
    [`${userOf(lid)}_reverse`, userOf(pn)] as const,
  ])
  if (pairs.length > 0) sessionLog.stage({ state: { "lid-mapping": Object.fromEntries(pairs) } })
  for (const { jid, name } of part.pushNames) contacts.met(resolvePerson(context.names, jid), { name })
}

/** By which WhatsApp knows that our messages are welcome. */
function tokenOf(conversation: proto.IConversation, { names }: MessageContext): StateChanges {
  const { id, tcToken, tcTokenTimestamp, tcTokenSenderTimestamp } = conversation
  const { pn, lid } = resolvePerson(names, id)
  const jid = lid ?? pn
  if (jid === null || !tcToken?.length || !tcTokenTimestamp) return {}
  const sender = tcTokenSenderTimestamp ? { senderTimestamp: Number(tcTokenSenderTimestamp) } : {}
  return { tctoken: { [jid]: { token: Buffer.from(tcToken), timestamp: String(tcTokenTimestamp), ...sender } } }
}

/** How long messages of the chat stay. */
function stayOf({ id, ephemeralExpiration }: proto.IConversation, { names }: MessageContext): StateChanges {
  if (!ephemeralExpiration) return {}
  const { pn, lid } = resolvePerson(names, id)
  return {
    ephemeral: Object.fromEntries([pn, lid].flatMap((jid) => (jid === null ? [] : [[jid, ephemeralExpiration]]))),
  }
}
