import { getBinaryNodeChild, proto } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import type { Undecryptable } from "@wildcat/shared/bus"
import { tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import type { StagedAction } from "../actions/staged-action.ts"
import type { Targets } from "../actions/targets.ts"
import { readStagedAction, receivedActionChange } from "../inbound/action.ts"
import { readEnvelope } from "../inbound/envelope.ts"
import type { Envelope } from "../inbound/envelope.ts"
import { createKnownMessages } from "../inbound/known-messages.ts"
import { messageChange } from "../inbound/message.ts"
import type { MessageContext } from "../inbound/message.ts"
import { advance } from "../inbound/own-messages.ts"
import type { OwnMessages } from "../inbound/own-messages.ts"
import { userOf } from "../inbound/people.ts"
import { peerChange } from "../inbound/peer.ts"
import { createMissedMessages, isAskedFor } from "../inbound/missed.ts"
import type { MissedMessages } from "../inbound/missed.ts"
import { readResent } from "../inbound/resent.ts"
import { mayBeRepeated } from "../inbound/repeats.ts"
import { readReceipt } from "../inbound/receipt.ts"
import { statusChange } from "../inbound/status-event.ts"
import type { Change } from "../log/entry.ts"
import { createPersist } from "../log/persist.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import type { Sender } from "../outbound/sender.ts"
import type { Memos } from "../signal/memos.ts"
import type { MessageDoc, Store } from "@wildcat/shared/store"

export interface IntakeOptions {
  store: Store
  state: SessionState
  sessionLog: SessionLog
  memos: Memos
  own: OwnMessages
  targets: Targets
  sender: Sender
  context: MessageContext
  /** Pause before a message that could not be read is asked for again, in milliseconds; it doubles each time. */
  askAgainMs: number
  /** Counts for all sessions of this process. */
  undecryptable: Undecryptable
  /** WhatsApp's server refused a message with this code. */
  refused(code: string): void
  /** The account's own phone has told this device something: it is in the state in the next moment. */
  peerHeard(): void
  log: Logger
}

/** Something that is done to a message. */
interface Deed {
  action: StagedAction
  target: MessageDoc | null
}

/** Turns what comes from WhatsApp into changes of the session. */
export interface Intake {
  /** A message has come in, and waits for its turn to be decrypted: what must be asked about it is asked now, for many at a time. */
  arrived(stanza: BinaryNode): void
  isKnown(stanza: BinaryNode): Promise<boolean>
  /** Looks up what must be known to interpret the message. */
  lookUp(stanza: BinaryNode, message: proto.Message): Promise<void>
  interpret(stanza: BinaryNode, message: proto.Message, known: boolean): Change
  undecryptable(stanza: BinaryNode, error: unknown, isKnown: boolean): Promise<void>
  messageAnswered(waId: string, error: string | undefined): void
  receiptNoted(waId: string): void
  receipt(stanza: BinaryNode): void
  plainMessage(stanza: BinaryNode): void
  members(people: { pn: string; lid: string }[]): void
  /** What could not be read so far. */
  missed: MissedMessages
}

export function createIntake(options: IntakeOptions): Intake {
  const { sessionLog, own, sender, targets, context, log } = options
  const persist = createPersist(sessionLog, log)
  const known = createKnownMessages(options.store, persist)
  const missed = createMissedMessages(options)
  const ownedSince = new Date()
  const deeds = new WeakMap<BinaryNode, Deed>()
  const asked = new WeakMap<BinaryNode, { id: string; isKnown: Promise<boolean> }>()

  /** The change of a message that is new, or was given up earlier; it counts as taken from then on. */
  const take = (envelope: Envelope, message: proto.IMessage, deed?: Deed): Change => {
    const isLate = missed.isGivenUp(envelope)
    if (known.hasRecent(envelope.id) && !isLate) return {}
    const { messages, ...rest } = takeNew(envelope, message, deed)
    if (messages === undefined && rest.actions === undefined) return rest
    const change = { ...rest, state: { ...rest.state, ...missed.found(envelope) } }
    if (messages === undefined) return change
    return isLate ? { ...change, recovered: messages } : { ...change, messages }
  }
  const takeNew = (envelope: Envelope, message: proto.IMessage, deed: Deed | undefined): Change => {
    const change = deed ? receivedActionChange(deed.action, deed.target, targets) : changeOf(envelope, message)
    if (change.messages === undefined && change.actions === undefined) return change
    known.add(envelope.id)
    if (change.messages === undefined) return change
    for (const each of change.messages) targets.put(each)
    const { id, waId, chat } = envelope
    if (envelope.fromMe) own.put({ id, waId, chat, status: "server_ack" })
    return change
  }
  const changeOf = (envelope: Envelope, message: proto.IMessage): Change => {
    try {
      return messageChange(envelope, message, context)
    } catch (error) {
      log.error({ error, message: envelope.id }, "message.not_interpreted")
      return messageChange(envelope, proto.Message.create(), context)
    }
  }
  /** What a message does to another one, with that other one as far as it is known. */
  const deedOf = async (stanza: BinaryNode, message: proto.IMessage): Promise<Deed | undefined> => {
    const envelope = readEnvelope(stanza, context)
    const action = envelope.isPeer ? null : readStagedAction({ envelope, stanza }, message, context)
    return action ? { action, target: await persist(() => targets.find(action)) } : undefined
  }
  const receive = async (stanza: BinaryNode) => {
    const receipt = readReceipt(stanza, context)
    for (const waId of receipt?.waIds ?? []) {
      sender.seen(waId)
      const message = await persist(() => own.find(waId))
      const step = message && receipt && advance(message, receipt.step)
      if (message && step) sessionLog.stage(statusChange(message, step), "calm")
    }
  }
  const takePlain = async (stanza: BinaryNode) => {
    const envelope = readEnvelope(stanza, context)
    if (await known.has(envelope.id)) return
    const message = plainContent(stanza, envelope)
    if (message === null) return isAskedFor(stanza) ? missed.note(stanza, "unavailable") : missed.giveUp(stanza)
    const change = take(envelope, message, await deedOf(stanza, message))
    if (change.messages !== undefined || change.actions !== undefined) sessionLog.stage(change)
  }
  /** Messages that this device could not read and the phone has shown to it. */
  const resent = (message: proto.Message): Change[] =>
    readResent(message).flatMap(({ waId, content }) => {
      const stanza = missed.byWaId(waId)
      return stanza ? [take(readEnvelope(stanza, context), content)] : []
    })

  return {
    arrived(stanza) {
      const { id } = readEnvelope(stanza, context)
      if (!mayBeRepeated(stanza, ownedSince) || known.hasRecent(id)) return
      const isKnown = known.has(id)
      asked.set(stanza, { id, isKnown })
      void tolerate(isKnown, "whoever decrypts the message meets the same failure", log)
    },
    async isKnown(stanza) {
      const { id } = readEnvelope(stanza, context)
      if (known.hasRecent(id)) return true
      if (!mayBeRepeated(stanza, ownedSince)) return false
      const earlier = asked.get(stanza)
      // A LID that was learned meanwhile makes another id of it.
      return earlier?.id === id ? earlier.isKnown : known.has(id)
    },
    async lookUp(stanza, message) {
      const deed = await deedOf(stanza, message)
      if (deed) deeds.set(stanza, deed)
    },
    interpret(stanza, message, isKnown) {
      const envelope = readEnvelope(stanza, context)
      const creds = options.state.get("creds", "creds")
      if (envelope.isPeer) {
        if (!envelope.fromMe || creds === undefined) return {}
        // Staged before the change that holds this message's memo: what a crash leaves of the two is never less.
        for (const change of resent(message)) sessionLog.stage(change)
        setImmediate(options.peerHeard)
        return peerChange(message, creds, envelope.waId)
      }
      return isKnown && !missed.isGivenUp(envelope) ? {} : take(envelope, message, deeds.get(stanza))
    },
    async undecryptable(stanza, error, isKnown) {
      const { id, isPeer } = readEnvelope(stanza, context)
      const attempt = getBinaryNodeChild(stanza, "enc")?.attrs["count"] ?? "0"
      log.warn({ message: id, attempt, why: error instanceof Error ? error.name : "unknown" }, "message.undecryptable")
      if (isPeer) await missed.askPhone(stanza)
      else if (!isKnown) missed.note(stanza, "undecryptable")
    },
    messageAnswered(waId, error) {
      sender.answered(waId, error)
      if (error !== undefined) options.refused(error)
    },
    receiptNoted(waId) {
      const changes = options.memos.forget(waId)
      if (changes !== null) sessionLog.stage({ state: changes }, "lazy")
    },
    receipt: (stanza) => sessionLog.hold(() => receive(stanza)),
    members(people) {
      const news = people.filter(({ pn, lid }) => context.names.pnOf(userOf(lid)) !== userOf(pn))
      const names = news.flatMap(({ pn, lid }) => [
        [userOf(pn), userOf(lid)] as const,
        [userOf(lid), userOf(pn)] as const,
      ])
      if (names.length > 0) sessionLog.stage({ state: { names: Object.fromEntries(names) } }, "lazy")
    },
    plainMessage: (stanza) => sessionLog.hold(() => takePlain(stanza)),
    missed,
  }
}

/** Channels are not encrypted; null for any other message without ciphertext: WhatsApp does not give it to this device. */
function plainContent(stanza: BinaryNode, envelope: Envelope): proto.IMessage | null {
  const plain = getBinaryNodeChild(stanza, "plaintext")?.content
  return envelope.chat.kind === "newsletter" && plain instanceof Uint8Array ? decode(plain) : null
}

/** What cannot be parsed becomes an empty message, which is told as `unreadable`. */
function decode(plain: Uint8Array): proto.IMessage {
  try {
    return proto.Message.decode(plain)
  } catch {
    return proto.Message.create()
  }
}
