import type { Caller } from "../keys/authenticator.ts"
import { accountsOf } from "./accounts.ts"
import { campaignsOf } from "./campaigns.ts"
import { chatsOf } from "./chats.ts"
import { contactsOf } from "./contacts.ts"
import { deliveriesOf } from "./deliveries.ts"
import { eventsOf } from "./events.ts"
import { groupsOf } from "./groups.ts"
import { keysOf } from "./keys.ts"
import { mediaOf } from "./media.ts"
import { messagesOf } from "./messages.ts"
import type { Parts } from "./parts.ts"
import { outboxOf } from "./outbox.ts"
import { sessionsOf } from "./sessions.ts"
import { webhooksOf } from "./webhooks.ts"
import { workersOf } from "./workers.ts"

/**
 * All that a request can reach: the things of its tenant, and only those of one account when the key is bound to it.
 * Handlers get this and never the store, so no query can forget whose it is.
 */
export function tenantAccess(parts: Parts, caller: Caller) {
  return {
    /** Account that the key is bound to; null for all accounts of the tenant. */
    boundTo: caller.account,
    limits: parts.limits,
    log: parts.log,
    secrets: parts.secrets,
    accounts: accountsOf(parts, caller),
    messages: messagesOf(parts, caller),
    groups: groupsOf(parts, caller),
    contacts: contactsOf(parts, caller),
    chats: chatsOf(parts, caller),
    outbox: outboxOf(parts, caller),
    campaigns: campaignsOf(parts, caller),
    media: mediaOf(parts, caller),
    webhooks: webhooksOf(parts, caller),
    deliveries: deliveriesOf(parts, caller),
    keys: keysOf(parts, caller),
    events: eventsOf(parts, caller),
    sessions: sessionsOf(parts),
    workers: workersOf(parts, caller),
  }
}

export type TenantAccess = ReturnType<typeof tenantAccess>
