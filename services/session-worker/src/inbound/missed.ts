import { getBinaryNodeChild } from "@whiskeysockets/baileys"
import type { BinaryNode, WASocket } from "@whiskeysockets/baileys"
import type { Undecryptable } from "@wildcat/shared/bus"
import { faultPoint, tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { SessionLog } from "../log/session-log.ts"
import type { Missed, SessionState, StateChanges } from "../log/state.ts"
import { isSame, readEnvelope } from "./envelope.ts"
import type { Envelope } from "./envelope.ts"
import { undecryptableChange } from "./message.ts"
import type { MessageContext } from "./message.ts"

/**
 * Messages that came and could not be read. Each is in the state until it has been read after all, or given up: then it is
 * told as `message.undecryptable`. Should it arrive later still, it is told as `message.received` and replaces what was stored.
 */
export interface MissedMessages {
  /** The message of this stanza cannot be read. Its sender (or the phone) is asked for it, by Baileys or from here. */
  note(stanza: BinaryNode, reason: Missed["reason"]): void
  /**
   * The account's phone is to send again what it sent to this device alone: keys, history. Baileys confirms such a message
   * although it could not read it, so the request leaves before. Never rejects.
   */
  askPhone(stanza: BinaryNode): Promise<void>
  /** A message that nobody can be asked for. */
  giveUp(stanza: BinaryNode): void
  isGivenUp(envelope: Envelope): boolean
  /** The stanza in which a missed message came, by WhatsApp's id: for an answer of the phone. */
  byWaId(waId: string): BinaryNode | undefined
  /** The message has been read. */
  found(envelope: Envelope): StateChanges
  /** A connection begins; it is not logged in yet. */
  connecting(socket: WASocket): void
  /** Logged in: what is overdue is asked for from now on. */
  connected(socket: WASocket): void
  disconnected(): void
}

/** Requests for one message; the pause after each doubles. */
const asksMax = 5
/** At most so many are followed; what was given up first is forgotten first. */
const missedMax = 1_000
/** A message that was given up is still recognised when it arrives later than that. */
const rememberedMs = 14 * 86_400_000

export function createMissedMessages(options: {
  state: SessionState
  sessionLog: SessionLog
  context: MessageContext
  /** Pause after the first request, in milliseconds. */
  askAgainMs: number
  undecryptable: Undecryptable
  log: Logger
}): MissedMessages {
  const { state, sessionLog, context, askAgainMs, undecryptable, log } = options
  const noted = new WeakSet<BinaryNode>()
  let timer: NodeJS.Timeout | null = null
  let current: WASocket | null = null

  const stop = () => {
    if (timer !== null) clearInterval(timer)
    timer = null
  }
  const giveUp = (stanza: BinaryNode, missed: Missed) => {
    const change = undecryptableChange(readEnvelope(stanza, context), missed.reason, context)
    const { id } = readEnvelope(stanza, context)
    log.warn({ message: id, reason: missed.reason, asks: missed.asks }, "message.given_up")
    undecryptable.givenUp += 1
    sessionLog.stage({ ...change, state: { missed: { ...surplus(state), [id]: { ...missed, givenUp: true } } } })
  }
  /** The oldest makes room, with what is known of it. */
  const makeRoom = () => {
    const all = state.entries("missed")
    const [, oldest] = all.find(([, { givenUp: isGivenUp }]) => !isGivenUp) ?? []
    if (all.length >= missedMax && oldest !== undefined) giveUp(stanzaOf(oldest), oldest)
  }
  /** A LID that was learned meanwhile makes another id of the same message. */
  const keyOf = ({ id, waId, author }: Envelope) => {
    if (state.get("missed", id) !== undefined) return id
    const isIt = (missed: Missed) =>
      missed.attrs["id"] === waId && isSame(readEnvelope(stanzaOf(missed), context).author, author)
    return state.entries("missed").find(([, missed]) => isIt(missed))?.[0]
  }
  const due = ({ asks, askedAt }: Missed) => askedAt + askAgainMs * 2 ** (asks - 1) <= Date.now()
  const follow = (socket: WASocket) => {
    for (const [id, missed] of state.entries("missed")) {
      if (missed.givenUp) {
        if (missed.askedAt + rememberedMs < Date.now()) sessionLog.stage({ state: { missed: { [id]: null } } }, "lazy")
      } else if (due(missed)) {
        if (missed.asks >= asksMax) giveUp(stanzaOf(missed), missed)
        else {
          sessionLog.stage({ state: { missed: { [id]: { ...missed, asks: missed.asks + 1, askedAt: Date.now() } } } })
          void tolerate(ask(socket, missed), "it is asked for again later", log)
        }
      }
    }
  }
  return {
    note(stanza, reason) {
      if (noted.has(stanza)) return
      noted.add(stanza)
      const envelope = readEnvelope(stanza, context)
      const id = keyOf(envelope) ?? envelope.id
      const before = state.get("missed", id)
      if (envelope.isPeer || before?.givenUp) return
      if (before === undefined) {
        undecryptable.atFirst += 1
        makeRoom()
      }
      const asks = Math.min((before?.asks ?? 0) + 1, asksMax)
      const missed = { attrs: stanza.attrs, reason, asks, askedAt: Date.now(), givenUp: false }
      sessionLog.stage({ state: { missed: { ...surplus(state), [id]: missed } } })
    },
    async askPhone(stanza) {
      if (current === null) return
      await tolerate(current.sendRetryRequest(stanza), "without a connection it is not confirmed either", log)
      faultPoint("peer.after-request")
    },
    giveUp(stanza) {
      undecryptable.atFirst += 1
      giveUp(stanza, { attrs: stanza.attrs, reason: "unavailable", asks: 0, askedAt: Date.now(), givenUp: false })
    },
    isGivenUp: (envelope) => state.get("missed", keyOf(envelope) ?? "")?.givenUp === true,
    byWaId(waId) {
      const found = state.entries("missed").find(([, { attrs }]) => attrs["id"] === waId)
      return found && stanzaOf(found[1])
    },
    found(envelope) {
      const id = keyOf(envelope)
      if (id === undefined) return {}
      undecryptable.readLater += 1
      return { missed: { [id]: null } }
    },
    connecting: (socket) => void (current = socket),
    connected(socket) {
      stop()
      timer = setInterval(() => follow(socket), Math.min(askAgainMs, 5_000))
      follow(socket)
    },
    disconnected() {
      current = null
      stop()
    },
  }
}

/** Kinds of messages that the phone does not show to other devices. */
const phoneOnly = new Set([
  "view_once",
  "view_once_unavailable_fanout",
  "bot_unavailable_fanout",
  "hosted_unavailable_fanout",
])
/** Older ones Baileys does not ask for. */
const askedForSecondsMax = 14 * 86_400

/** True when Baileys asks the phone for this message, which came without ciphertext (its `handleMessage`). */
export function isAskedFor(stanza: BinaryNode): boolean {
  if (getBinaryNodeChild(stanza, "enc") !== undefined) return false
  const type = getBinaryNodeChild(stanza, "unavailable")?.attrs["type"] ?? ""
  return !phoneOnly.has(type) && Date.now() / 1000 - Number(stanza.attrs["t"]) < askedForSecondsMax
}

function stanzaOf({ attrs }: Missed): BinaryNode {
  return { tag: "message", attrs }
}

/** Asks the sender, with keys for a new session; what was never encrypted for this device is asked of the phone. */
async function ask(socket: WASocket, missed: Missed): Promise<void> {
  const stanza = stanzaOf(missed)
  if (missed.reason === "undecryptable") return await socket.sendRetryRequest(stanza, true)
  const { id = "", from = "", recipient, participant } = missed.attrs
  const key = { id, remoteJid: recipient ?? from, fromMe: recipient !== undefined }
  await socket.requestPlaceholderResend(participant === undefined ? key : { ...key, participant })
}

/** Removal of what was given up first, when there are too many. */
function surplus(state: SessionState): { [id: string]: null } {
  const all = state.entries("missed")
  const [oldest] = all.length < missedMax ? [] : (all.find(([, { givenUp }]) => givenUp) ?? [])
  return oldest === undefined ? {} : { [oldest]: null }
}
