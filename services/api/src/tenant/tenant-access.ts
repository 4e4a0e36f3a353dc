import type { Caller } from "../keys/authenticator.ts"
import { accountsOf } from "./accounts.ts"
import { deliveriesOf } from "./deliveries.ts"
import { eventsOf } from "./events.ts"
import { keysOf } from "./keys.ts"
import { mediaOf } from "./media.ts"
import { messagesOf } from "./messages.ts"
import type { Parts } from "./parts.ts"
import { sessionsOf } from "./sessions.ts"
import { webhooksOf } from "./webhooks.ts"

/**
 * All that a request can reach: the things of its tenant, and only those of one account when the key is bound to it.
 * Handlers get this and never the store, so no query can forget whose it is.
 */
export function tenantAccess(parts: Parts, caller: Caller) {
  return {
    /** Account that the key is bound to; null for all accounts of the tenant. */
    boundTo: caller.account,
    limits: parts.limits,
    secrets: parts.secrets,
    accounts: accountsOf(parts, caller),
    messages: messagesOf(parts, caller),
    media: mediaOf(parts, caller),
    webhooks: webhooksOf(parts, caller),
    deliveries: deliveriesOf(parts, caller),
    keys: keysOf(parts, caller),
    events: eventsOf(parts, caller),
    sessions: sessionsOf(parts),
  }
}

export type TenantAccess = ReturnType<typeof tenantAccess>
