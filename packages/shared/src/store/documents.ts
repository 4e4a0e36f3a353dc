import type { Binary } from "mongodb"
import type {
  AccountPacing,
  AccountStatus,
  ChatRef,
  DelayReason,
  MediaRef,
  MessageContent,
  MessageStatus,
  OutboundContent,
  Person,
  StatusReason,
  StatusStep,
  WildcatEvent,
  Restriction,
  RetryPolicy,
  WebhookFilter,
} from "../contracts/index.ts"

/** The customer; unit of isolation. */
export interface TenantDoc {
  _id: string
  name: string
  createdAt: Date
}

export const scopes = ["admin", "accounts", "messages", "webhooks", "events", "read"] as const
export type Scope = (typeof scopes)[number]

/** An API key. The key itself is not stored: `hash` is HMAC-SHA256(pepper, key). */
export interface ApiKeyDoc {
  _id: string
  tenant: string
  name: string
  hash: Buffer
  scopes: Scope[]
  /** Set: the key works for this account only. */
  account: string | null
  createdAt: Date
  expiresAt: Date | null
  revokedAt: Date | null
}

/** Why an owner gave a session to another worker: an operator's or its memory's drain, another one's share, its own end. */
export const handOverReasons = ["drained", "rebalanced", "shutdown"] as const

/** Why a worker became the owner: nobody was, the owner had fallen silent, it was its own and begins anew, or it was given. */
export const ownedBecause = ["claimed", "failover", "restarted", ...handOverReasons] as const
export type OwnedBecause = (typeof ownedBecause)[number]

/** An owner has given the session up for another worker. */
export interface HandOver {
  from: string
  /** The worker that is to take it; null when any may. */
  to: string | null
  why: (typeof handOverReasons)[number]
  at: Date
}

/** One change of the owner. */
export interface Move {
  worker: string
  /** The owner before; null when there was none. */
  from: string | null
  why: OwnedBecause
  at: Date
}

/** Desired and actual state of an account. `desired` is the API's, the rest is its worker's. */
export interface AccountDoc {
  _id: string
  tenant: string
  name: string
  desired: "running" | "stopped" | "deleted"
  status: AccountStatus
  reason: StatusReason | null
  /** The linked number; null until linked. */
  me: Person | null
  /** Who owns the session; null when nobody does. */
  owner: { worker: string; epoch: number; since: Date; why?: OwnedBecause } | null
  /** Set while the session is on its way from one worker to another. */
  handover?: HandOver | null
  /** The last changes of the owner, newest last; their number is bounded. */
  moves?: Move[]
  /** A new session is wanted, if the present owner is older than this. */
  restartAt?: Date | null
  /** How fast it may write; null or absent: as the installation says. */
  pacing?: AccountPacing
  /** WhatsApp lets it write to nobody new, until the end of it. */
  restriction?: Restriction | null
  /** When the restriction changed last. */
  restrictionAt?: Date | null
  statusAt: Date
  createdAt: Date
  updatedAt: Date
}

export interface WebhookDoc {
  _id: string
  tenant: string
  /** Set: only events of this account. */
  account: string | null
  url: string
  /** Event types, `*` or with a trailing wildcard (`message.*`). */
  events: string[]
  enabled: boolean
  description: string | null
  /** Null: every event of its types. */
  filter?: WebhookFilter | null
  /** Custom headers as JSON, sealed under the context `webhook-headers:<id>`; null for none. */
  headers?: Buffer | null
  /** Their names, which may be shown. */
  headerNames?: string[]
  /** Null: the installation's. */
  retry?: RetryPolicy | null
  /** Null: the installation's. */
  timeoutMs?: number | null
  /** `chat`: one delivery of a chat at a time, in the order of the events. */
  ordered?: "chat" | null
  /** The signing secret (`whsec_…`), sealed under the context `webhook:<id>`. */
  secret: Buffer
  /** The secret before, which also signs until its end. */
  previousSecret?: { secret: Buffer; until: Date } | null
  /** Written by the dispatcher: null while its endpoint works. */
  failing?: { since: Date; error: string } | null
  /** Set when the dispatcher disabled it; null when a person did. */
  disabledBecause?: string | null
  /** An event about the webhook that may not have been published yet. */
  notice?: WebhookNotice | null
  createdAt: Date
  updatedAt: Date
}

export interface WebhookNotice {
  id: string
  type: "webhook.failing" | "webhook.disabled" | "webhook.recovered"
  since: Date
  at: Date
  error: string
}

/** Counts the changes of a collection, for those who keep a copy of it. `_id` is the collection's name. */
export interface RevisionDoc {
  _id: string
  n: number
  /** Ids of the last changed documents, newest last. */
  changed: string[]
}

/** A dispatcher that runs: it is dead when its beat has not changed for a while by the reader's own clock. */
export interface DispatcherDoc {
  _id: string
  beat: number
  stopping: boolean
}

/** A share of the dispatchers' work that one of them has at a time. `_id` is `intake` or `hosts:<n>`. */
export interface PartitionDoc {
  _id: string
  /** The dispatcher that has it; null when it is free. */
  by: string | null
  /** Changes with each owner. */
  epoch: number
  /** Of `intake`: the last position of the event stream whose deliveries are in the database. */
  position: number
}

/** One commit of a session: everything that became true in it. `_id` is `<account>:<n>`, n padded to 12 digits. */
export interface SessionLogDoc {
  _id: string
  account: string
  n: number
  epoch: number
  /** Set on the first row of an owner. It is what fences the owner before, and stays when its neighbours are removed. */
  takeover?: true
  /** Nonce of the owner that wrote it: tells "my own write, whose answer was lost" from "somebody else's". */
  owner: string
  at: Date
  /** Everything of the commit, serialised and sealed under the context `<_id>`. */
  body: Binary
}

/** One value of a session's auth state, folded from the log. `_id` is `<account>:<type>:<key>`. */
export interface AuthStateDoc {
  _id: string
  account: string
  /** Number of the log entry that it was folded from. */
  n: number
  value: Binary
}

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

/** One event for one webhook. `_id` is derived from both, so that an event makes it once. */
export interface DeliveryDoc {
  _id: string
  tenant: string
  webhook: string
  account: string | null
  event: string
  type: EventTypeName
  /** The exact body of every attempt. */
  body: string
  status: "pending" | "delivered" | "failed"
  /** When the next attempt is due; during an attempt, when another dispatcher may make it again. */
  dueAt: Date
  /** Number of attempts begun. */
  attempts: number
  /** Set while it waits for this media to be stored, at most until `dueAt`. */
  awaitsMedia: string | null
  /** The attempt under way: `by` is its id; another dispatcher may take over after `until`. */
  lease: { by: string; until: Date } | null
  /** Of webhooks with order: what comes one after the other, by `position`. Null otherwise. */
  orderKey?: string | null
  /** Position of its event in the stream; 0 when it is not from there. */
  position?: number
  /** When its present schedule began: at its creation, or when it was sent again by hand. */
  since?: Date
  /** Every attempt, oldest first. */
  tries?: AttemptDoc[]
  lastError: string | null
  createdAt: Date
  completedAt: Date | null
}

type EventTypeName = WildcatEvent["type"]

/** One try of a delivery, recorded before it is made; kept in its delivery, so that both change in one write. */
export interface AttemptDoc {
  /** 1 for the first try. */
  number: number
  startedAt: Date
  /** `running` until it is known; `unknown` when the process died meanwhile. */
  outcome: "running" | "succeeded" | "failed" | "unknown"
  statusCode: number | null
  latencyMs: number | null
  error: string | null
  /** First bytes of the response's body, as text. */
  responseExcerpt: string | null
}

/** What a mutating call with an Idempotency-Key answered. `_id` is `<tenant>:<key>`. */
export interface IdempotencyDoc {
  _id: string
  tenant: string
  /** SHA-256 of method, path and body. */
  fingerprint: string
  state: "running" | "done"
  /** A running call that does not finish by then has died; the next one takes over. */
  lockedUntil: Date
  /** Ids that the call uses, fixed at its first try so that a repeated one cannot make a second thing. */
  seed: string
  response: { status: number; body: string } | null
  expiresAt: Date
}
