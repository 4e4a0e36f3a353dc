import type { RetryPolicy, WebhookFilter, WildcatEvent } from "../contracts/index.ts"

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

/** One event for one webhook. `_id` is derived from both, so that an event makes it once. */
export interface DeliveryDoc {
  _id: string
  tenant: string
  webhook: string
  account: string | null
  event: string
  type: WildcatEvent["type"]
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
