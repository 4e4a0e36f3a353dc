import { advances, messageAcks } from "@wildcat/shared/contracts"
import type { MessageStatus } from "@wildcat/shared/contracts"
import { insertOnce } from "@wildcat/shared/store"
import type { MessageDoc, OutboxDoc, Store } from "@wildcat/shared/store"
import type { AnyBulkWriteOperation } from "mongodb"
import { applyPeople } from "./apply-people.ts"
import type { MessageFlag } from "../log/chat-change.ts"
import { applyBudget } from "./apply-budget.ts"
import { applyChats } from "./chats/apply-chats.ts"
import type { KeptChats } from "./chats/kept-chats.ts"
import type { AccountStanding, Entry, Mark, OutboxMark } from "../log/entry.ts"

const statuses = Object.keys(messageAcks) as readonly MessageStatus[]

export interface RowOwner {
  account: string
  tenant: string
}

/** Writes what rows say of messages, chats, people, the outbox and the account. A second time, also in part, changes nothing. */
export async function applyRows(
  store: Store,
  owner: RowOwner,
  rows: readonly { n: number; entry: Entry }[],
  keptChats?: KeptChats,
): Promise<void> {
  const entries = rows.map(({ entry }) => entry)
  await Promise.all([
    applyMessages(store, owner.account, entries),
    applyChats(store, owner, rows, keptChats),
    applyOutbox(
      store,
      entries.flatMap((entry) => entry.outbox),
    ),
    applyPeople(store, owner, {
      groups: entries.flatMap((entry) => entry.groups),
      contacts: entries.flatMap((entry) => entry.contacts),
    }),
  ])
  await applyBudget(store, owner.account, entries)
  const standing = entries.findLast((entry) => entry.account !== null)?.account
  if (standing) await applyStanding(store, owner.account, standing)
  const restriction = entries.findLast((entry) => entry.restriction !== null)?.restriction
  if (restriction) await applyRestriction(store, owner.account, restriction)
}

/** What is new first: whatever else is said of a message is said after it. */
async function applyMessages({ collections }: Store, account: string, entries: readonly Entry[]): Promise<void> {
  const created = entries.flatMap((entry) => [...entry.messages, ...entry.past])
  await insertOnce(collections.messages, created)
  const changes = entries.flatMap((entry) => [
    ...entry.recovered.map(replacement),
    ...entry.flags.map((flag) => flagging(flag, account)),
    ...entry.marks.map(progress),
  ])
  if (changes.length > 0) await collections.messages.bulkWrite(changes)
}

/** Of several marks of one row only the last that counts is written. */
async function applyOutbox(store: Store, marks: readonly OutboxMark[]): Promise<void> {
  const latest = new Map<string, OutboxMark>()
  for (const mark of marks) {
    const known = latest.get(mark.id)
    if (known === undefined || advances(known.status, mark.status)) latest.set(mark.id, mark)
  }
  const writes: AnyBulkWriteOperation<OutboxDoc>[] = [...latest.values()].map(({ id, status, error }) => ({
    updateOne: {
      filter: { _id: id, status: { $in: before(status) } },
      update: { $set: { status, error, updatedAt: new Date() } },
    },
  }))
  if (writes.length > 0) await store.collections.outbox.bulkWrite(writes)
}

/** What came after all takes the place of what said that it could not be read. */
function replacement(message: MessageDoc): AnyBulkWriteOperation<MessageDoc> {
  const { _id, ...fields }: Omit<MessageDoc, "createdAt"> & { createdAt?: Date } = message
  delete fields.createdAt
  return { updateOne: { filter: { _id, "content.type": "undecryptable" }, update: { $set: fields } } }
}

function flagging({ waId, fromMe, set }: MessageFlag, account: string): AnyBulkWriteOperation<MessageDoc> {
  return { updateMany: { filter: { account, waId, fromMe }, update: { $set: set } } }
}

/** A step that is in the timeline already has done what it does to the state. */
function progress({ id, step, error }: Mark): AnyBulkWriteOperation<MessageDoc> {
  const same = { $elemMatch: { status: step.status, recipient: step.recipient } }
  const isNews = { $in: ["$status", before(step.status)] }
  const set = {
    timeline: { $concatArrays: ["$timeline", [{ $literal: step }]] },
    status: { $cond: [isNews, step.status, "$status"] },
    error: { $cond: [isNews, { $literal: error }, "$error"] },
  }
  return { updateOne: { filter: { _id: id, timeline: { $not: same } }, update: [{ $set: set }] } }
}

/** The states that this one may follow. */
function before(status: MessageStatus): MessageStatus[] {
  return statuses.filter((each) => advances(each, status))
}

async function applyStanding(store: Store, account: string, standing: AccountStanding): Promise<void> {
  await store.models.accounts.updateOne({ _id: account, statusAt: { $lte: standing.statusAt } }, { $set: standing })
}

async function applyRestriction(
  store: Store,
  account: string,
  { at, now }: NonNullable<Entry["restriction"]>,
): Promise<void> {
  const isLater = { $or: [{ restrictionAt: { $lte: at } }, { restrictionAt: null }] }
  await store.models.accounts.updateOne({ _id: account, ...isLater }, { $set: { restriction: now, restrictionAt: at } })
}
