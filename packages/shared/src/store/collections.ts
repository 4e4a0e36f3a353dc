import type { Db } from "mongodb"
import type { BudgetDoc, CampaignDoc, CampaignRecipientDoc } from "./campaign-documents.ts"
import type { AuthStateDoc, SessionLogDoc } from "./account-documents.ts"
import type { ActionDoc, MessageDoc, OutboxDoc } from "./message-documents.ts"
import type { IdempotencyDoc } from "./tenant-documents.ts"
import type { DeliveryDoc, DispatcherDoc, PartitionDoc, RevisionDoc } from "./webhook-documents.ts"
import type { ChatDoc } from "./chat-documents.ts"
import type { ContactDoc, GroupDoc, NumberCheckDoc } from "./people-documents.ts"

/** Collections that use the plain driver: hot paths and bulk writes. */
export function collectionsOf(db: Db) {
  return {
    sessionLog: db.collection<SessionLogDoc>("sessionLog"),
    authStates: db.collection<AuthStateDoc>("authStates"),
    messages: db.collection<MessageDoc>("messages"),
    messageActions: db.collection<ActionDoc>("messageActions"),
    chats: db.collection<ChatDoc>("chats"),
    outbox: db.collection<OutboxDoc>("outbox"),
    deliveries: db.collection<DeliveryDoc>("deliveries"),
    dispatchers: db.collection<DispatcherDoc>("dispatchers"),
    partitions: db.collection<PartitionDoc>("partitions"),
    revisions: db.collection<RevisionDoc>("revisions"),
    groups: db.collection<GroupDoc>("groups"),
    contacts: db.collection<ContactDoc>("contacts"),
    numberChecks: db.collection<NumberCheckDoc>("numberChecks"),
    budgets: db.collection<BudgetDoc>("budgets"),
    campaigns: db.collection<CampaignDoc>("campaigns"),
    campaignRecipients: db.collection<CampaignRecipientDoc>("campaignRecipients"),
    idempotency: db.collection<IdempotencyDoc>("idempotency"),
  }
}

export type Collections = ReturnType<typeof collectionsOf>
