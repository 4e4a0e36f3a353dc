import type { Db, IndexDescription } from "mongodb"

/** Every index, by collection, with the query it serves. */
const indexes: Record<string, IndexDescription[]> = {
  /** list of a tenant's keys */
  apiKeys: [{ key: { tenant: 1, _id: 1 } }],
  accounts: [
    /** list of a tenant's accounts */
    { key: { tenant: 1, _id: 1 } },
    /** workers looking for accounts to run, stop or delete */
    { key: { desired: 1, _id: 1 } },
    /** the same number in two accounts */
    { key: { "me.pn": 1 } },
  ],
  /** fold of the tail in order */
  sessionLog: [{ key: { account: 1, n: 1 }, unique: true }],
  /** load and delete of a whole auth state */
  authStates: [{ key: { account: 1 } }],
  messages: [
    /** log of an account, newest first */
    { key: { account: 1, timestamp: -1, _id: -1 } },
    /** one chat of an account, newest first */
    { key: { account: 1, "chat.jid": 1, timestamp: -1, _id: -1 } },
    /** the same under the person's other name */
    { key: { account: 1, "chat.pn": 1, timestamp: -1, _id: -1 } },
    { key: { account: 1, "chat.lid": 1, timestamp: -1, _id: -1 } },
    /** what a quote refers to */
    { key: { account: 1, waId: 1 } },
  ],
  /** the owner taking the next sends, oldest first */
  outbox: [{ key: { account: 1, status: 1, createdAt: 1 } }],
  /** match of an event, list of a tenant's webhooks */
  webhooks: [{ key: { tenant: 1, _id: 1 } }],
  deliveries: [
    /** retention */
    { key: { status: 1, dueAt: 1 } },
    /** the earliest pending one of each webhook */
    { key: { status: 1, webhook: 1, dueAt: 1 } },
    /** the first pending one of each chat, for webhooks with order */
    { key: { webhook: 1, status: 1, orderKey: 1, position: 1 } },
    /** list of a webhook's deliveries, newest first */
    { key: { tenant: 1, webhook: 1, createdAt: -1, _id: -1 } },
    /** list of a tenant's deliveries, newest first */
    { key: { tenant: 1, createdAt: -1, _id: -1 } },
    /** release of what waits for a media */
    { key: { awaitsMedia: 1 }, sparse: true },
  ],
  /** retention */
  idempotency: [{ key: { expiresAt: 1 } }],
  /** one file per media, whoever stores it first */
  "media.files": [{ key: { "metadata.media": 1 }, unique: true }],
  "media.chunks": [{ key: { files_id: 1, n: 1 }, unique: true }],
}

/** Creates the missing indexes. Every service calls it at its start; several at once do no harm. */
export async function ensureIndexes(db: Db): Promise<void> {
  await Promise.all(Object.entries(indexes).map(([name, list]) => db.collection(name).createIndexes(list)))
}
