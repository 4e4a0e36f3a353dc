import type { AttemptDoc, DeliveryDoc } from "@wildcat/shared/store"
import { decodeCursor, pageFrom } from "../http/page.ts"
import type { Page, PageRequest } from "../http/page.ts"
import { notFound } from "../http/route.ts"
import type { Caller } from "../keys/authenticator.ts"
import type { Parts } from "./parts.ts"

/** Attempts shown of one delivery. */
const attemptsMax = 100

/** The deliveries that a caller can see. */
export function deliveriesOf(parts: Parts, caller: Caller) {
  const { deliveries, attempts } = parts.store.collections
  const mine = { tenant: caller.tenant, ...(caller.account === null ? {} : { account: caller.account }) }

  return {
    async get(id: string): Promise<DeliveryDoc & { tries: AttemptDoc[] }> {
      const delivery = await deliveries.findOne({ ...mine, _id: id })
      if (delivery === null) throw notFound("delivery")
      const tries = await attempts
        .find({ tenant: caller.tenant, delivery: id })
        .sort({ number: 1 })
        .limit(attemptsMax)
        .toArray()
      return { ...delivery, tries }
    },

    /** Newest first. */
    async list(
      query: PageRequest & { webhook?: string | undefined; status?: DeliveryDoc["status"] | undefined },
    ): Promise<Page<DeliveryDoc>> {
      const before = decodeCursor(query.cursor)
      const at = before && new Date(before[0])
      const found = await deliveries
        .find({
          ...mine,
          ...(query.webhook === undefined ? {} : { webhook: query.webhook }),
          ...(query.status === undefined ? {} : { status: query.status }),
          ...(before && at ? { $or: [{ createdAt: { $lt: at } }, { createdAt: at, _id: { $lt: before[1] } }] } : {}),
        })
        .project<DeliveryDoc>({ body: 0 })
        .sort({ createdAt: -1, _id: -1 })
        .limit(query.limit + 1)
        .toArray()
      return pageFrom(found, query.limit, (delivery) => [delivery.createdAt.getTime(), delivery._id])
    },
  }
}
