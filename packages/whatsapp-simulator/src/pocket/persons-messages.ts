import type { MessageContent } from "../people/read-content.ts"

/** A message as the browser shows it. Text is text: it is never markup. */
export type PocketMessage = {
  id: string
  /** The other's phone number JID, or the group's JID. */
  chat: string
  /** The author's phone number JID. */
  from: string
  isMine: boolean
  kind: string
  text: string
  hasPhoto: boolean
  isEdited: boolean
  /** Who reacted (phone number JID) with which emoji. */
  reactions: Record<string, string>
  /** Of one's own messages. */
  status: "sent" | "delivered" | "read" | "failed"
  at: string
}

export type Origin = Pick<PocketMessage, "id" | "chat" | "from" | "isMine">

/** A phone shows this many messages; older ones are forgotten. */
const messagesMax = 200

/** A message and who has confirmed it, as phone number JIDs. */
export class Entry {
  readonly message: PocketMessage
  readonly delivered = new Set<string>()
  readonly read = new Set<string>()

  constructor(message: PocketMessage) {
    this.message = message
  }

  /** The message did not leave. */
  fail(): void {
    this.message.status = "failed"
  }

  /** Sets the ticks for what is known now; whether they changed. */
  advance(recipients: number): boolean {
    const before = this.message.status
    if (this.read.size >= recipients) this.message.status = "read"
    else if (this.delivered.size >= recipients) this.message.status = "delivered"
    return this.message.status !== before
  }
}

/** The messages of one person's phone. Edits, revokes and reactions change the message they are about. */
export class PersonsMessages {
  private readonly entries = new Map<string, Entry>()

  list(): PocketMessage[] {
    return [...this.entries.values()].map(({ message }) => message)
  }

  /** The entry that is new or has changed; undefined when nothing is to be seen. */
  add(origin: Origin, content: MessageContent): Entry | undefined {
    const change = changes[content.kind]
    if (!change) return this.append(entryOf(origin, content))
    const target = this.entries.get(content.refersTo ?? "")
    if (target) change(target.message, origin, content)
    return target
  }

  private append(entry: Entry): Entry {
    this.entries.set(entry.message.id, entry)
    const [oldest] = this.entries.keys()
    if (this.entries.size > messagesMax && oldest !== undefined) this.entries.delete(oldest)
    return entry
  }
}

function entryOf(origin: Origin, { kind, text, caption }: MessageContent): Entry {
  return new Entry({
    ...origin,
    kind,
    text: text ?? caption ?? "",
    hasPhoto: false,
    isEdited: false,
    reactions: {},
    status: "sent",
    at: new Date().toISOString(),
  })
}

/** Kinds of message that are about another one. */
const changes: Record<string, (target: PocketMessage, origin: Origin, content: MessageContent) => void> = {
  edit: (target, origin, { text }) => {
    if (origin.from === target.from) Object.assign(target, { text: text ?? "", isEdited: true })
  },
  revoke: (target, origin) => {
    if (origin.from === target.from)
      Object.assign(target, { kind: "revoked", text: "", hasPhoto: false, isEdited: false, reactions: {} })
  },
  reaction: (target, origin, { text }) => {
    delete target.reactions[origin.from]
    if (text) target.reactions[origin.from] = text
  },
  protocol: () => undefined,
}
