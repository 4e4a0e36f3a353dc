import type { Db } from "mongodb"
import type {
  AuthStateDoc,
  DeliveryDoc,
  DispatcherDoc,
  IdempotencyDoc,
  MessageDoc,
  OutboxDoc,
  PartitionDoc,
  RevisionDoc,
  SessionLogDoc,
} from "./documents.ts"

/** Collections that use the plain driver: hot paths and bulk writes. */
export function collectionsOf(db: Db) {
  return {
    sessionLog: db.collection<SessionLogDoc>("sessionLog"),
    authStates: db.collection<AuthStateDoc>("authStates"),
    messages: db.collection<MessageDoc>("messages"),
    outbox: db.collection<OutboxDoc>("outbox"),
    deliveries: db.collection<DeliveryDoc>("deliveries"),
    dispatchers: db.collection<DispatcherDoc>("dispatchers"),
    partitions: db.collection<PartitionDoc>("partitions"),
    revisions: db.collection<RevisionDoc>("revisions"),
    idempotency: db.collection<IdempotencyDoc>("idempotency"),
  }
}

export type Collections = ReturnType<typeof collectionsOf>
