import { MongoBulkWriteError } from "mongodb"
import type { Filter } from "mongodb"
import { WildcatError, derivedId, seededId } from "@wildcat/shared/contracts"
import type { CampaignState } from "@wildcat/shared/contracts"
import { countRecipients, isDuplicateKey } from "@wildcat/shared/store"
import type { CampaignDoc, CampaignRecipientDoc, MessageDoc, RecipientState } from "@wildcat/shared/store"
import type { Recipient } from "../campaigns/read-recipients.ts"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** A recipient with the place that it has in its upload. */
export type PlacedRecipient = Recipient & { place: string }

/** What became of a recipient, with the state of the message where it left. */
export type RecipientOutcome = CampaignRecipientDoc & { sent: Pick<MessageDoc, "status"> | null }

/** Campaigns that a caller can see. */
export function campaignsOf(parts: Parts, caller: Caller) {
  const { campaigns, campaignRecipients, messages } = parts.store.collections
  const mine = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }

  const get = async (id: string): Promise<CampaignDoc> => {
    const campaign = await campaigns.findOne({ $and: [mine, { _id: id }] } as Filter<CampaignDoc>)
    if (campaign === null) throw notFound("campaign")
    return campaign
  }

  return {
    get,

    /** The same seed makes the same campaign. */
    async create(
      doc: Omit<CampaignDoc, "_id" | "tenant" | "open" | "state" | "createdAt" | "updatedAt">,
      seed: string,
    ) {
      const now = new Date()
      const _id = seededId("campaign", seed)
      const fixed = { open: false, state: "draft" as const, createdAt: now, updatedAt: now }
      try {
        await campaigns.insertOne({ _id, tenant: caller.tenant, ...doc, ...fixed })
      } catch (error) {
        if (!isDuplicateKey(error)) throw error
      }
      return get(_id)
    },

    async list(query: PageRequest & { account?: string | undefined }): Promise<Page<CampaignDoc>> {
      const after = decodeCursor(query.cursor)
      const wanted = [mine, query.account ? { account: query.account } : {}, after ? { _id: { $lt: after[1] } } : {}]
      const found = await campaigns
        .find({ $and: wanted } as Filter<CampaignDoc>)
        .sort({ _id: -1 })
        .limit(query.limit + 1)
        .toArray()
      return pageFrom(found, query.limit, ({ _id }) => [0, _id])
    },

    /** Changes the state if it is one of `from`, or is so already. Throws `conflict` otherwise. */
    async move(id: string, from: readonly CampaignState[], to: CampaignState): Promise<CampaignDoc> {
      const open = to === "running" ? { open: true } : {}
      const changed = await campaigns.findOneAndUpdate(
        { $and: [mine, { _id: id, state: { $in: [...from] } }] },
        { $set: { state: to, ...open, updatedAt: new Date() } },
        { returnDocument: "after" },
      )
      if (changed !== null) return changed
      const campaign = await get(id)
      if (campaign.state === to) return campaign
      throw new WildcatError("conflict", { detail: `the campaign is ${campaign.state}`, field: "path.id" })
    },

    /** Adds people; who is in the campaign already stays as they are. Returns how many were new. */
    async add({ _id: campaign, account }: CampaignDoc, people: readonly PlacedRecipient[]): Promise<number> {
      if (people.length === 0) return 0
      const now = new Date()
      const docs = people.map(({ to, variables, place }) => ({
        _id: derivedId("recipient", campaign, to),
        tenant: caller.tenant,
        account,
        campaign,
        to,
        variables,
        place,
        state: "pending" as const,
        message: null,
        error: null,
        updatedAt: now,
      }))
      return insertNew(docs)
    },

    /** Recipients of one upload: of a repeated call, too, it says how many were new. */
    countOfUpload: ({ _id: campaign }: CampaignDoc, upload: string): Promise<number> =>
      campaignRecipients.countDocuments({ campaign, place: { $gte: `${upload}:`, $lt: `${upload};` } }),

    /** People were added after the last one was done with: it goes on. */
    async reopen({ _id }: CampaignDoc): Promise<void> {
      await campaigns.updateOne({ _id, state: "completed" }, { $set: { state: "running", open: true } })
    },

    counts: (campaign: CampaignDoc) => countRecipients(campaignRecipients, campaign),

    async recipients(
      { _id: campaign }: CampaignDoc,
      query: PageRequest & { state?: RecipientState | undefined },
    ): Promise<Page<CampaignRecipientDoc>> {
      const after = decodeCursor(query.cursor)
      const found = await campaignRecipients
        .find({
          campaign,
          ...(query.state === undefined ? {} : { state: query.state }),
          ...(after ? { place: { $gt: after[1] } } : {}),
        })
        .sort({ place: 1 })
        .limit(query.limit + 1)
        .toArray()
      return pageFrom(found, query.limit, ({ place }) => [0, place])
    },

    /** Everybody in order, with the state of their message, some at a time. */
    async *outcomes({ _id: campaign }: CampaignDoc): AsyncGenerator<RecipientOutcome[]> {
      const cursor = campaignRecipients.find({ campaign }).sort({ place: 1 })
      let some: CampaignRecipientDoc[] = []
      for await (const recipient of cursor) {
        some.push(recipient)
        if (some.length < outcomesAtATime) continue
        yield await withMessages(some)
        some = []
      }
      if (some.length > 0) yield await withMessages(some)
    },
  }

  async function insertNew(docs: CampaignRecipientDoc[]): Promise<number> {
    try {
      return (await campaignRecipients.insertMany(docs, { ordered: false })).insertedCount
    } catch (error) {
      const isRepeated = (each: { code: number }) => each.code === 11_000
      if (!(error instanceof MongoBulkWriteError) || ![error.writeErrors].flat().every(isRepeated)) throw error
      return error.insertedCount
    }
  }

  async function withMessages(some: readonly CampaignRecipientDoc[]): Promise<RecipientOutcome[]> {
    const ids = some.flatMap(({ message }) => (message === null ? [] : [message]))
    const found = await messages.find({ _id: { $in: ids } }, { projection: { status: 1 } }).toArray()
    const states = new Map(found.map((message) => [message._id, message]))
    return some.map((recipient) => ({ ...recipient, sent: states.get(recipient.message ?? "") ?? null }))
  }
}

const outcomesAtATime = 500
