import type { Filter } from "mongodb"
import { nudge } from "@wildcat/shared/bus"
import { WildcatError } from "@wildcat/shared/contracts"
import type { AttemptDoc, DeliveryDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** Attempts shown of one delivery, the last ones. */
const attemptsShown = 100
/** A delivery that was tried so often is not sent again: its attempts are kept with it. */
const attemptsMax = 1_000

/** Which deliveries; what is absent does not matter. */
export interface DeliveryFilter {
  webhook?: string | undefined
  status?: DeliveryDoc["status"] | undefined
  type?: string | undefined
  event?: string | undefined
  /** Created at this time or later. */
  from?: Date | undefined
  /** Created before this time. */
  to?: Date | undefined
}

/** The deliveries that a caller can see. */
export function deliveriesOf(parts: Parts, caller: Caller) {
  const { deliveries } = parts.store.collections
  const { webhooks } = parts.store.models
  const mine = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }
  const wake = () => nudge(parts.bus, parts.bus.subjects.deliveriesNudge)

  const get = async (id: string): Promise<DeliveryDoc & { tries: AttemptDoc[] }> => {
    const delivery = await deliveries.findOne({ ...mine, _id: id })
    if (delivery === null) throw notFound("delivery")
    return { ...delivery, tries: (delivery.tries ?? []).slice(-attemptsShown) }
  }

  return {
    get,

    /** Newest first. */
    async list(query: PageRequest & DeliveryFilter): Promise<Page<DeliveryDoc>> {
      const before = decodeCursor(query.cursor)
      const at = before && new Date(before[0])
      const position =
        before && at ? { $or: [{ createdAt: { $lt: at } }, { createdAt: at, _id: { $lt: before[1] } }] } : {}
      const found = await deliveries
        .find({ $and: [{ ...mine, ...conditionsOf(query) }, position] })
        .project<DeliveryDoc>({ body: 0, tries: 0 })
        .sort({ createdAt: -1, _id: -1 })
        .limit(query.limit + 1)
        .toArray()
      return pageFrom(found, query.limit, (delivery) => [delivery.createdAt.getTime(), delivery._id])
    },

    /** Makes a delivery due now, with a new schedule. Throws `conflict` while an attempt is under way. */
    async retry(id: string): Promise<DeliveryDoc> {
      const delivery = await get(id)
      if ((await webhooks.countDocuments({ _id: delivery.webhook })) === 0) {
        throw new WildcatError("conflict", { detail: "the webhook of this delivery was deleted" })
      }
      if (delivery.attempts >= attemptsMax) {
        throw new WildcatError("conflict", { detail: `the delivery was tried ${attemptsMax} times; replay its event` })
      }
      const again = await deliveries.findOneAndUpdate(
        { ...mine, _id: id, lease: null },
        { $set: anew(new Date()) },
        { returnDocument: "after", projection: { body: 0, tries: 0 } },
      )
      if (again === null) throw new WildcatError("conflict", { detail: "an attempt of this delivery is under way" })
      wake()
      return again
    },

    /** Makes what failed or was delivered due again; counts only, when `dryRun`. Not what an attempt is under way of. */
    async redrive(request: DeliveryFilter & { webhook: string; dryRun: boolean }): Promise<number> {
      const { dryRun, ...filter } = request
      const matching: Filter<DeliveryDoc> = {
        $and: [
          { ...mine, ...conditionsOf(filter) },
          { lease: null, attempts: { $lt: attemptsMax } },
        ],
      }
      if (dryRun) return deliveries.countDocuments(matching)
      const { modifiedCount } = await deliveries.updateMany(matching, { $set: anew(new Date()) })
      if (modifiedCount > 0) wake()
      return modifiedCount
    },
  }
}

function anew(now: Date): Partial<DeliveryDoc> {
  return { status: "pending", dueAt: now, since: now, completedAt: null, awaitsMedia: null }
}

function conditionsOf({ webhook, status, type, event, from, to }: DeliveryFilter): Filter<DeliveryDoc> {
  const created = { ...(from === undefined ? {} : { $gte: from }), ...(to === undefined ? {} : { $lt: to }) }
  return {
    ...(webhook === undefined ? {} : { webhook }),
    ...(status === undefined ? {} : { status }),
    // A type of a newer release may be asked for; the catalogue of this one need not know it.
    ...(type === undefined ? {} : { type: type as DeliveryDoc["type"] }),
    ...(event === undefined ? {} : { event }),
    ...(Object.keys(created).length === 0 ? {} : { createdAt: created }),
  }
}
