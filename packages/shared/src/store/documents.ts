import type { Binary } from "mongodb"
import type {
  AccountStatus,
  ChatRef,
  MediaRef,
  MessageContent,
  MessageStatus,
  OutboundContent,
  Person,
  StatusReason,
  StatusStep,
  WildcatEvent,
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

/** Why a worker became the owner: nobody was, the owner had fallen silent, or it was its own and begins anew. */
export type OwnedBecause = "claimed" | "failover" | "restarted"

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
  /** A new session is wanted, if the present owner is older than this. */
  restartAt?: Date | null
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
  /** `queued` until its proto is in the session log; then `sending`, then how it ended. */
  status: MessageStatus
  error: { code: string; text: string } | null
  createdAt: Date
  updatedAt: Date
}

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
  /** The message as WhatsApp's protobuf `Message`, sealed under the context `message:<_id>`; media keys are inside. */
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
