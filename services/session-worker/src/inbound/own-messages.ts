import { advances } from "@wildcat/shared/contracts"
import type { ChatRef, MessageStatus, Person, StatusStep } from "@wildcat/shared/contracts"
import type { Store } from "@wildcat/shared/store"
import { keyOf } from "./people.ts"

/** How far a message of the account has come. */
export interface OwnMessage {
  id: string
  waId: string
  chat: ChatRef
  status: MessageStatus
  /** State per member of a group; in direct chats under the empty key. */
  reached: Map<string, MessageStatus>
}

/** What is known of own messages by WhatsApp id: the recent ones in memory, older ones in MongoDB. */
export interface OwnMessages {
  put(message: Omit<OwnMessage, "reached">): void
  find(waId: string): Promise<OwnMessage | null>
}

const keptMax = 5_000

export function createOwnMessages(store: Store, account: string): OwnMessages {
  const recent = new Map<string, OwnMessage>()
  const keep = (message: OwnMessage) => {
    recent.set(message.waId, message)
    for (const oldest of recent.size > keptMax ? [...recent.keys()].slice(0, keptMax / 10) : []) recent.delete(oldest)
    return message
  }
  return {
    put(message) {
      const known = recent.get(message.waId)
      if (known === undefined) keep({ ...message, reached: new Map() })
      else if (advances(known.status, message.status)) known.status = message.status
    },
    async find(waId) {
      const known = recent.get(waId)
      if (known !== undefined) return known
      const doc = await store.collections.messages.findOne(
        { account, waId, fromMe: true },
        { projection: { waId: 1, chat: 1, status: 1, timeline: 1 } },
      )
      if (doc === null) return null
      const reached = new Map<string, MessageStatus>()
      for (const step of doc.timeline) reach(reached, step.recipient, step.status)
      return recent.get(waId) ?? keep({ id: doc._id, waId, chat: doc.chat, status: doc.status ?? "sent", reached })
    },
  }
}

/** Moves the message on; null when the step is no news. */
export function advance(message: OwnMessage, step: StatusStep): StatusStep | null {
  if (!reach(message.reached, step.recipient, step.status)) return null
  if (step.recipient === null && !advances(message.status, step.status)) return null
  if (advances(message.status, step.status)) message.status = step.status
  return step
}

function reach(reached: Map<string, MessageStatus>, recipient: Person | null, status: MessageStatus): boolean {
  const key = recipient === null ? "" : keyOf(recipient)
  const current = reached.get(key)
  if (current !== undefined && !advances(current, status)) return false
  reached.set(key, status)
  return true
}
