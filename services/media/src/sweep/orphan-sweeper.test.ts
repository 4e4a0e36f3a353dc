import { Readable } from "node:stream"
import { ObjectId } from "mongodb"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "@wildcat/shared/contracts"
import { silentLog } from "@wildcat/shared/testing"
import { openPlace } from "../testing/place.ts"
import type { Place } from "../testing/place.ts"
import { sweepOrphans } from "./orphan-sweeper.ts"

let place: Place

beforeAll(async () => {
  place = await openPlace()
})
afterAll(() => place.close())

test("only old bytes that no file owns are removed", async () => {
  const chunks = place.store.db.collection("media.chunks")
  const described = {
    id: newId("media"),
    tenant: newId("tenant"),
    account: null,
    mimetype: "image/png",
    fileName: null,
  }
  await place.store.media.put(Readable.from([Buffer.from("kept")]), described, { bytesMax: 100 })
  const hoursAgo = (hours: number) => ObjectId.createFromTime(Math.floor(Date.now() / 1_000) - hours * 3_600)
  const [old, young] = [hoursAgo(48), hoursAgo(1)]
  for (const files_id of [old, young])
    await chunks.insertMany([0, 1, 2].map((n) => ({ files_id, n, data: Buffer.of(n) })))

  const options = { before: new Date(Date.now() - 86_400_000), stopped: new AbortController().signal, log: silentLog }
  expect(await sweepOrphans(place.store.db, options)).toBe(1)
  expect(await chunks.countDocuments({ files_id: old })).toBe(0)
  expect(await chunks.countDocuments({ files_id: young })).toBe(3)
  const later = { ...options, before: new Date(Date.now() + 86_400_000) }
  expect(await sweepOrphans(place.store.db, later)).toBe(1)
  expect(await (await place.store.media.open(described.id))?.toArray()).toEqual([Buffer.from("kept")])
})
