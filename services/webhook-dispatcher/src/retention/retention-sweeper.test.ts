import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import { silentLog } from "@wildcat/shared/testing"
import { dueDelivery, openPlace } from "../testing/place.ts"
import type { Place } from "../testing/place.ts"
import { sweepDeliveries } from "./retention-sweeper.ts"

let place: Place
beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

test("only what ended long ago is removed, with its attempts", async () => {
  const { deliveries } = place.store.collections
  const webhook = newId("webhook")
  const longAgo = new Date(Date.now() - 40 * 86_400_000)
  const docs = [
    dueDelivery(place.tenant, webhook, { status: "delivered", dueAt: longAgo }),
    dueDelivery(place.tenant, webhook, { status: "failed", dueAt: longAgo }),
    dueDelivery(place.tenant, webhook, { status: "pending", dueAt: longAgo }),
    dueDelivery(place.tenant, webhook, { status: "delivered" }),
  ]
  await deliveries.insertMany(docs)
  const before = new Date(Date.now() - 30 * 86_400_000)
  expect(
    await sweepDeliveries(place.store.collections, { before, stopped: new AbortController().signal, log: silentLog }),
  ).toBe(2)
  const left = docs.slice(2).map(({ _id }) => _id)
  expect(await deliveries.distinct("_id")).toEqual(left.toSorted())
})
