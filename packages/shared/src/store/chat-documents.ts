import type { ChatRef, MessageContent, Person } from "../contracts/index.ts"

/**
 * A chat of an account, one per person: a chat that was learned under the number and one that was learned under the LID
 * become one when it is known that they are the same. Written by the session's pump alone.
 */
export interface ChatDoc extends ChatRef {
  _id: string
  tenant: string
  account: string
  /** Subject of a group, or the person's name in the phone's address book. */
  name: string | null
  /** Name that the person shows to others. */
  pushName: string | null
  last: ChatPreview | null
  /** When the newest message of somebody else was written. */
  lastInAt: Date | null
  /** Messages of others that nobody has read. */
  unread: number
  /** Messages written before this time have been read. */
  readAt: Date | null
  markedUnread: boolean
  archived: boolean
  pinnedAt: Date | null
  mutedUntil: Date | null
  ephemeralSeconds: number
  /** Removed on the phone; a newer message brings it back. */
  deleted: boolean
  /** What the list is sorted by. */
  activityAt: Date
  /** Number of the last row of the session log that is in here: no row counts twice. */
  n: number
  /** Ids of chats that turned out to be this one. */
  absorbed: string[]
  createdAt: Date
  updatedAt: Date
}

/** The last message of a chat. */
export interface ChatPreview {
  id: string
  waId: string
  timestamp: Date
  fromMe: boolean
  author: Person
  /** Long texts are cut. */
  content: MessageContent
}
