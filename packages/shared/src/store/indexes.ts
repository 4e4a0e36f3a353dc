import type { Db, IndexDescription } from "mongodb"

/** What a message is found by. */
const searchedFields = [
  "content.text",
  "content.caption",
  "content.question",
  "content.options",
  "content.name",
  "content.address",
  "content.contacts.name",
  "media.fileName",
]

/** Every index, by collection, with the query it serves. */
const indexes: Record<string, IndexDescription[]> = {
  /** list of a tenant's keys */
  apiKeys: [{ key: { tenant: 1, _id: 1 } }],
  accounts: [
    /** list of a tenant's accounts */
    { key: { tenant: 1, _id: 1 } },
    /** workers looking for accounts to run, stop or delete */
    { key: { desired: 1, _id: 1 } },
    /** accounts of a worker */
    { key: { "owner.worker": 1, _id: 1 } },
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
    /** search for whole words; `none`: customers write in any language */
    {
      key: { account: 1, ...Object.fromEntries(searchedFields.map((field) => [field, "text"])) },
      name: "words",
      default_language: "none",
      language_override: "textLanguage",
    },
    /** what a quote refers to */
    { key: { account: 1, waId: 1 } },
    /** the message whose media is to be fetched again */
    { key: { "media.id": 1 }, partialFilterExpression: { "media.status": "failed" } },
  ],
  messageActions: [
    /** actions whose message has not come */
    { key: { account: 1, applied: 1, _id: 1 } },
    /** a send that a recipient asks for again */
    { key: { account: 1, waId: 1 } },
  ],
  chats: [
    /** list of an account's chats, the latest first */
    { key: { account: 1, activityAt: -1, _id: -1 } },
    /** the chat of a message, under each of its names */
    { key: { account: 1, jid: 1 } },
    { key: { account: 1, pn: 1 } },
    { key: { account: 1, lid: 1 } },
  ],
  outbox: [
    /** the owner taking the next sends: by class, then by time */
    { key: { account: 1, status: 1, priority: 1, dueAt: 1 } },
    /** sends that have waited too long */
    { key: { account: 1, status: 1, expiresAt: 1 }, partialFilterExpression: { expiresAt: { $type: "date" } } },
    /** list of sends that wait, newest first */
    { key: { account: 1, status: 1, createdAt: -1, _id: -1 } },
  ],
  campaigns: [
    /** list of a tenant's campaigns */
    { key: { tenant: 1, _id: 1 } },
    /** campaigns that an owner feeds */
    { key: { account: 1, open: 1 } },
  ],
  campaignRecipients: [
    /** counts, and the next ones to feed */
    { key: { campaign: 1, state: 1, place: 1 } },
    /** list, and outcomes */
    { key: { campaign: 1, place: 1 } },
    /** removal with the account */
    { key: { account: 1 } },
  ],
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
  /** list of an account's groups */
  groups: [{ key: { account: 1, _id: 1 } }],
  contacts: [
    /** list of an account's contacts */
    { key: { account: 1, _id: 1 } },
    /** one person under either name */
    { key: { account: 1, pn: 1 } },
    { key: { account: 1, lid: 1 } },
    /** search by the beginning of a name or number */
    { key: { account: 1, search: 1, _id: 1 } },
  ],
  /** retention */
  numberChecks: [{ key: { account: 1, checkedAt: 1 } }],
  rateLimits: [
    /** what an API key has used of its minute */
    { key: { key: 1 }, unique: true },
    /** retention */
    { key: { expire: 1 } },
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
