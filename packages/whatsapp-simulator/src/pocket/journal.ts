import { EventEmitter } from "node:events"
import type { proto } from "@whiskeysockets/baileys"
import type { GivenReceipt } from "../connection/receipt-router.ts"
import type { User } from "../directory/user.ts"
import type { MessageContent } from "../people/read-content.ts"
import type { ReceivedMessage } from "../people/received-message.ts"
import type { Destination, SentMessage } from "../people/sent-messages.ts"
import { statusAddress } from "../stanza/addresses.ts"
import { Album, type Photo } from "./album.ts"
import { type Entry, type Origin, type PocketMessage, PersonsMessages } from "./persons-messages.ts"

/** What a screen must show anew: a message that came or changed, or someone who types. */
export type JournalEvent = { kind: "message"; message: PocketMessage } | { kind: "typing"; from: string; state: string }

/** Tells what a message says. */
type ReadMessage = (message: proto.IMessage, author: User) => MessageContent

/** A sent message whose ticks are followed. `recipients` are phone number JIDs, the author's left out. */
type Followed = { entry: Entry; author: User; recipients: Set<string> }

/** Ticks of this many sent messages are followed. */
const followedMax = 5000
/** Types of receipts that say something to the author; a client that is not "available" confirms delivery as inactive. */
const ticks = { delivered: "delivered", inactive: "delivered", read: "read", played: "read" } as const

/**
 * What everyone's phone shows: the latest messages each person wrote and received, with their ticks. It only watches;
 * without a browser looking it is a bounded list.
 */
export class Journal {
  private readonly read: ReadMessage
  private readonly people = new Map<string, PersonsMessages>()
  private readonly followed = new Map<string, Followed>()
  private readonly album = new Album()
  private readonly events = new EventEmitter().setMaxListeners(0)

  constructor(read: ReadMessage) {
    this.read = read
  }

  /** Shows a message while `send` takes it to the others; when that throws, the message says so. */
  async writing(author: User, { id, destination, message }: SentMessage, send: () => Promise<void>): Promise<void> {
    const origin = { id, chat: chatOf(destination), from: author.pn, isMine: true }
    const entry = this.record(author, origin, this.read(message, author))
    if (entry?.message.id === id) this.follow({ entry, author, recipients: recipientsOf(destination, author) })
    try {
      await send()
    } catch (error) {
      if (entry?.message.id === id) {
        entry.fail()
        this.tell(author, { kind: "message", message: entry.message })
      }
      throw error
    }
  }

  /** Copies of a message, and what a sink did not decrypt, are not shown. */
  received(owner: User, { messageId: id, from, chat, ...content }: ReceivedMessage): void {
    if (content.kind === "empty" || content.copies > 1) return
    const isMine = from === owner.pn
    const entry = this.record(owner, { id, chat, from, isMine }, content)
    // Another device of the same person wrote it.
    if (isMine && entry?.message.id === id) this.follow({ entry, author: owner, recipients: new Set([chat]) })
  }

  typing(owner: User, typing: { from: string; state: string }): void {
    this.tell(owner, { kind: "typing", ...typing })
  }

  /** Ticks turn when everyone the message went to has it, or has read it. */
  confirmed({ reader, messageIds, type = "delivered" }: GivenReceipt): void {
    if (!isTick(type)) return
    for (const id of messageIds) {
      const followed = this.followed.get(id)
      if (!followed?.recipients.has(reader.user.pn)) continue
      const { entry, author, recipients } = followed
      entry.delivered.add(reader.user.pn)
      if (ticks[type] === "read") entry.read.add(reader.user.pn)
      if (entry.advance(recipients.size)) this.tell(author, { kind: "message", message: entry.message })
    }
  }

  /** Everything a person's phone shows, oldest first. */
  of(personId: string): PocketMessage[] {
    return this.people.get(personId)?.list() ?? []
  }

  photo(personId: string, messageId: string): Photo | undefined {
    return this.album.find(personId, messageId)
  }

  /** Calls back with what changes on one person's phone; the answer ends that. */
  watch(personId: string, listener: (event: JournalEvent) => void): () => void {
    this.events.on(personId, listener)
    return () => void this.events.off(personId, listener)
  }

  private follow(followed: Followed): void {
    this.followed.set(followed.entry.message.id, followed)
    const [oldest] = this.followed.keys()
    if (this.followed.size > followedMax && oldest !== undefined) this.followed.delete(oldest)
  }

  private record(owner: User, origin: Origin, content: MessageContent): Entry | undefined {
    const messages = this.people.get(owner.id) ?? new PersonsMessages()
    this.people.set(owner.id, messages)
    const entry = messages.add(origin, content)
    if (!entry) return undefined
    if (this.album.keep(owner.id, origin.id, content)) entry.message.hasPhoto = true
    this.tell(owner, { kind: "message", message: entry.message })
    return entry
  }

  private tell(owner: User, event: JournalEvent): void {
    this.events.emit(owner.id, event)
  }
}

function isTick(type: string): type is keyof typeof ticks {
  return Object.hasOwn(ticks, type)
}

function chatOf(destination: Destination): string {
  if (destination.kind === "group") return destination.group.jid
  return destination.kind === "user" ? destination.user.pn : statusAddress
}

/** Ticks of a status post are not shown. */
function recipientsOf(destination: Destination, author: User): Set<string> {
  if (destination.kind === "user") return new Set([destination.user.pn])
  const users = destination.kind === "group" ? [...destination.group.members.keys()] : []
  return new Set(users.filter((user) => user !== author).map(({ pn }) => pn))
}
