import { MongoBulkWriteError } from "mongodb"
import type { AnyBulkWriteOperation } from "mongodb"
import { recipientStateOf } from "@wildcat/shared/store"
import type { CampaignDoc, CampaignRecipientDoc, Collections, OutboxDoc } from "@wildcat/shared/store"
import { campaignRow } from "./campaign-rows.ts"

/** Recipients of a campaign whose messages are in the outbox at a time: few, so that a pause has little to hold. */
const windowMax = 20
/** A row that waits for its campaign to be resumed. */
const parkedUntil = new Date("9999-01-01T00:00:00Z")

type Store = Pick<Collections, "outbox" | "campaignRecipients">

/** Notes how messages of the window ended. Returns the ids of those that are still under way. */
export async function settleWindow(store: Store, campaign: CampaignDoc): Promise<string[]> {
  const recipients = await store.campaignRecipients.find({ campaign: campaign._id, state: "queued" }).toArray()
  const ids = recipients.flatMap(({ message }) => (message === null ? [] : [message]))
  const rows = await store.outbox.find({ _id: { $in: ids } }, { projection: { status: 1, error: 1 } }).toArray()
  const found = new Map(rows.map((row) => [row._id, row]))
  const writes = recipients.flatMap((recipient) => settlement(recipient, found.get(recipient.message ?? "")))
  if (writes.length > 0) await store.campaignRecipients.bulkWrite(writes)
  return ids.filter((id) => recipientStateOf(found.get(id)?.status ?? "unknown") === null)
}

function settlement(
  { _id }: CampaignRecipientDoc,
  row: Pick<OutboxDoc, "status" | "error"> | undefined,
): AnyBulkWriteOperation<CampaignRecipientDoc>[] {
  const state = recipientStateOf(row?.status ?? "unknown")
  if (state === null) return []
  const set = { state, error: row?.error ?? null, updatedAt: new Date() }
  return [{ updateOne: { filter: { _id, state: "queued" }, update: { $set: set } } }]
}

/** Feeds the next recipients, as many as the window has room for. Returns the ids of their messages. */
export async function fillWindow(store: Store, campaign: CampaignDoc, underWay: number): Promise<string[]> {
  if (underWay >= windowMax) return []
  const next = await store.campaignRecipients
    .find({ campaign: campaign._id, state: "pending" })
    .sort({ place: 1 })
    .limit(windowMax - underWay)
    .toArray()
  if (next.length === 0) return []
  const now = new Date()
  const rows = next.map((recipient) => ({ recipient, row: campaignRow(campaign, recipient, now) }))
  // The outbox first: a recipient that was not noted is fed again, and its row is there already.
  await insertNew(
    store.outbox,
    rows.map(({ row }) => row),
  )
  await store.campaignRecipients.bulkWrite(
    rows.map(({ recipient: { _id }, row }) => ({
      updateOne: {
        filter: { _id, state: "pending" },
        update: { $set: { state: "queued", message: row._id, updatedAt: now } },
      },
    })),
  )
  return rows.map(({ row }) => row._id)
}

async function insertNew(outbox: Collections["outbox"], rows: OutboxDoc[]): Promise<void> {
  try {
    await outbox.insertMany(rows, { ordered: false })
  } catch (error) {
    const isRepeated = (each: { code: number }) => each.code === 11_000
    if (!(error instanceof MongoBulkWriteError) || ![error.writeErrors].flat().every(isRepeated)) throw error
  }
}

/** Puts the window's rows out of the sight of who looks for due ones, or back into it. */
export async function parkWindow(store: Store, ids: readonly string[], parked: boolean): Promise<void> {
  if (ids.length === 0) return
  const dueAt = parked ? { $lt: parkedUntil } : parkedUntil
  await store.outbox.updateMany(
    { _id: { $in: [...ids] }, status: "queued", cancel: null, dueAt },
    { $set: { dueAt: parked ? parkedUntil : new Date() } },
  )
}
