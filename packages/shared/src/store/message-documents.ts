import type { Binary } from "mongodb"
import type {
  ChatRef,
  DelayReason,
  MediaRef,
  MessageContent,
  MessageStatus,
  OutboundContent,
  Person,
  StatusStep,
} from "../contracts/index.ts"

/** A send: written by the API before it answers, consumed only by the session's owner. `_id` is the message's id. */
export interface OutboxDoc {
  _id: string
  tenant: string
  account: string
  /** WhatsApp's id of the message, fixed here: a repeated send can only repeat it. */
  waId: string
  /** Canonical JID of the chat. */
  to: string
  content: OutboundContent
  quoted: { waId: string } | null
  /** Canonical JIDs of the people mentioned, or everybody in the group. */
  mentions?: readonly string[] | "all"
  /** Of a status post: canonical JIDs of those who shall see it. Absent: everybody the account knows. */
  audience?: readonly string[]
  /** How long the recipient is shown that somebody types or records before it. */
  typingMs?: number
  /** `queued` until its proto is in the session log; then `sending`, then how it ended. */
  status: MessageStatus
  error: { code: string; text: string } | null
  /** Its class, see `sendClasses`: a lower one goes first. */
  priority: number
  /** As the client asked; null: at once. */
  sendAt: Date | null
  /** Not before: `sendAt` at first, later when what holds it back ends. */
  dueAt: Date
  /** Null: as long as it takes. */
  expiresAt: Date | null
  /** Why this row was put off until `dueAt`. */
  delayed?: { reason: DelayReason } | null
  /** Somebody wants it cancelled. `settled`: no owner has taken it or ever will, although `status` still says queued. */
  cancel?: { at: Date; settled: boolean } | null
  campaign?: string | null
  /** Counts the changes of `content` since it was queued. */
  revision?: number
  createdAt: Date
  updatedAt: Date
}

/** Of what waits, a lower class goes first: answers to who wrote lately, single sends, then campaigns and bulk. */
export const sendClasses = { reply: 0, normal: 1, bulk: 2 } as const

/** A message of either direction. */
export interface MessageDoc {
  _id: string
  tenant: string
  account: string
  waId: string
  chat: ChatRef
  author: Person
  authorName: string | null
  fromMe: boolean
  source: "api" | "phone" | "device" | "contact"
  timestamp: Date
  content: MessageContent
  media: (MediaRef & { status: "pending" | "stored" | "failed"; error: { code: string; text: string } | null }) | null
  quoted: { waId: string; author: Person } | null
  mentions: Person[]
  status: MessageStatus | null
  timeline: StatusStep[]
  error: { code: string; text: string } | null
  /** Everyone's reaction, also one that was taken back (its emoji is empty): a late older one must not win. */
  reactions?: Said<{ emoji: string }>[]
  /** Of a poll: everyone's present vote. */
  votes?: Said<{ options: string[] }>[]
  /** When `content` became what it is, if it was edited. */
  editedAt?: Date
  /** What it said before, oldest first; their number is bounded. */
  edits?: { content: MessageContent; at: Date }[]
  /** Removed for everyone: `content` is `revoked` and the rest of what was said is gone. */
  revoked?: { by: Person; at: Date }
  /** The last word on its pin; `until` is null when it was unpinned. */
  pin?: { by: Person; at: Date; until: Date | null }
  /** From the history that the phone handed over: it was never told. */
  past?: true
  /** Marked with a star; absent: never was. */
  starred?: boolean
  /** Removed on the account's own devices only. */
  deletedForMe?: boolean
  /** Counts the changes by actions: each is made to the state that it was computed from. */
  actionsRevision?: number
  /** The message as WhatsApp's protobuf `Message`, sealed under the context `message:<_id>`; media keys are inside. */
  raw: Binary | null
  createdAt: Date
}

/** What somebody said about a message. */
export type Said<T> = T & { by: Person; at: Date }

/** What an action does to the message that it is about. */
export type MessageAction =
  | { type: "reaction"; emoji: string }
  | { type: "edit"; content: MessageContent; mentions: Person[] }
  | { type: "revoke"; asAdmin: boolean }
  | { type: "pin"; until: Date | null }
  /** `options` is null while the poll, and with it the key to the vote, is not known; `sealed` is in base64. */
  | { type: "vote"; options: string[] | null; sealed: { payload: string; iv: string } | null }

/** A reaction, edit, removal, pin or vote, by whomever. `_id` is a message id: it is a message of its own on WhatsApp. */
export interface ActionDoc {
  _id: string
  tenant: string
  account: string
  waId: string
  chat: ChatRef
  by: Person
  fromMe: boolean
  source: MessageDoc["source"]
  at: Date
  /** The message that it is about: its id where it was known then; its author null where the action does not tell. */
  target: { id: string | null; waId: string; author: Person | null }
  action: MessageAction
  /** False: its message is not in the log; when it comes, the action is carried out on it. */
  applied: boolean
  /** Of sends through this API: the protobuf, sealed under the context `message:<_id>`, for a recipient who asks again. */
  raw: Binary | null
  createdAt: Date
}
