import { getBinaryNodeChild, proto } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { tolerate } from "@wildcat/shared/runtime"
import type { Logger } from "@wildcat/shared/runtime"
import { readEnvelope } from "../inbound/envelope.ts"
import type { Envelope } from "../inbound/envelope.ts"
import { createKnownMessages } from "../inbound/known-messages.ts"
import { messageChange } from "../inbound/message.ts"
import type { MessageContext } from "../inbound/message.ts"
import { advance } from "../inbound/own-messages.ts"
import type { OwnMessages } from "../inbound/own-messages.ts"
import { userOf } from "../inbound/people.ts"
import { peerChange } from "../inbound/peer.ts"
import { mayBeRepeated } from "../inbound/repeats.ts"
import { readReceipt } from "../inbound/receipt.ts"
import { statusChange } from "../inbound/status-event.ts"
import type { Change } from "../log/entry.ts"
import { createPersist } from "../log/persist.ts"
import type { SessionLog } from "../log/session-log.ts"
import type { SessionState } from "../log/state.ts"
import type { Sender } from "../outbound/sender.ts"
import type { Memos } from "../signal/memos.ts"
import type { Store } from "@wildcat/shared/store"

export interface IntakeOptions {
  store: Store
  state: SessionState
  sessionLog: SessionLog
  memos: Memos
  own: OwnMessages
  sender: Sender
  context: MessageContext
  log: Logger
}

/** Turns what comes from WhatsApp into changes of the session. */
export interface Intake {
  /** A message has come in, and waits for its turn to be decrypted: what must be asked about it is asked now, for many at a time. */
  arrived(stanza: BinaryNode): void
  isKnown(stanza: BinaryNode): Promise<boolean>
  interpret(stanza: BinaryNode, message: proto.Message, known: boolean): Change
  undecryptable(stanza: BinaryNode, error: unknown): void
  messageAnswered(waId: string, error: string | undefined): void
  receiptNoted(waId: string): void
  receipt(stanza: BinaryNode): void
  plainMessage(stanza: BinaryNode): void
  members(people: { pn: string; lid: string }[]): void
}

export function createIntake(options: IntakeOptions): Intake {
  const { sessionLog, own, sender, context, log } = options
  const persist = createPersist(sessionLog, log)
  const known = createKnownMessages(options.store, persist)
  const ownedSince = new Date()
  const asked = new WeakMap<BinaryNode, { id: string; isKnown: Promise<boolean> }>()

  /** The change of a message that is new; it counts as taken from then on. */
  const take = (envelope: Envelope, message: proto.IMessage): Change => {
    if (known.hasRecent(envelope.id)) return {}
    const change = changeOf(envelope, message)
    if (change.messages === undefined) return change
    known.add(envelope.id)
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
  const receive = async (stanza: BinaryNode) => {
    const receipt = readReceipt(stanza, context)
    for (const waId of receipt?.waIds ?? []) {
      sender.seen(waId)
      const message = await persist(() => own.find(waId))
      const step = message && receipt && advance(message, receipt.step)
      if (message && step) sessionLog.stage(statusChange(message, step))
    }
  }
  const takePlain = async (stanza: BinaryNode) => {
    const envelope = readEnvelope(stanza, context)
    if (await known.has(envelope.id)) return
    const change = take(envelope, plainContent(stanza, envelope))
    if (change.messages !== undefined) sessionLog.stage(change)
  }

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
    interpret(stanza, message, isKnown) {
      const envelope = readEnvelope(stanza, context)
      const creds = options.state.get("creds", "creds")
      if (envelope.isPeer) return envelope.fromMe && creds !== undefined ? peerChange(message, creds) : {}
      return isKnown ? {} : take(envelope, message)
    },
    undecryptable(stanza, error) {
      const { id } = readEnvelope(stanza, context)
      const attempt = getBinaryNodeChild(stanza, "enc")?.attrs["count"] ?? "0"
      log.warn({ message: id, attempt, why: error instanceof Error ? error.name : "unknown" }, "message.undecryptable")
    },
    messageAnswered: (waId, error) => sender.answered(waId, error),
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
  }
}

/** Channels are not encrypted; any other message without ciphertext is one that WhatsApp does not give to this device. */
function plainContent(stanza: BinaryNode, envelope: Envelope): proto.IMessage {
  const plain = getBinaryNodeChild(stanza, "plaintext")?.content
  const isOpen = envelope.chat.kind === "newsletter" && plain instanceof Uint8Array
  return isOpen ? decode(plain) : proto.Message.create()
}

/** What cannot be parsed becomes an empty message, which is told as `unreadable`. */
function decode(plain: Uint8Array): proto.IMessage {
  try {
    return proto.Message.decode(plain)
  } catch {
    return proto.Message.create()
  }
}
