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
