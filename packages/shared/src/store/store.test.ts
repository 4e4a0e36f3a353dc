import { randomBytes } from "node:crypto"
import { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import { isolated } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { newId } from "../contracts/index.ts"
import { connectStore } from "./connect.ts"
import type { Store } from "./connect.ts"
import { MediaTooLarge } from "./media-store.ts"
import { silentLog } from "../testing/index.ts"

const place = isolated()
let store: Store

beforeAll(async () => {
  store = await connectStore({ ...place, name: "test", log: silentLog })
})

afterAll(async () => {
  await store.close()
  await place.cleanup()
})

const tenant = newId("tenant")
const limits = { bytesMax: 1_000_000 }

function aMedia() {
  return { id: newId("media"), tenant, account: newId("account"), mimetype: "image/png", fileName: null }
}

async function leftovers(): Promise<number> {
  const ids = (await store.db.collection("media.files").find().toArray()).map((file) => file._id)
  return store.db.collection("media.chunks").countDocuments({ files_id: { $nin: ids } })
}

test("stored bytes come back, whole and by range, with their length and hash", async () => {
  const bytes = randomBytes(600_000)
  const media = aMedia()
  const stored = await store.media.put(Readable.from([bytes.subarray(0, 7), bytes.subarray(7)]), media, limits)
  expect(stored).toMatchObject({ ...media, bytes: bytes.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
  expect(await store.media.find(media.id)).toEqual(stored)
  expect(await buffer((await store.media.open(media.id)) ?? Readable.from([]))).toEqual(bytes)
  const part = await store.media.open(media.id, { start: 300_000, end: 300_010 })
  expect(await buffer(part ?? Readable.from([]))).toEqual(bytes.subarray(300_000, 300_010))
})

test("the same media a second time, also at the same moment, keeps what is there", async () => {
  const media = aMedia()
  const [first, second] = [randomBytes(300_000), randomBytes(300_000)]
  const puts = await Promise.all([first, second].map((bytes) => store.media.put(Readable.from([bytes]), media, limits)))
  expect(puts[0]).toEqual(puts[1])
  expect(await store.media.put(Readable.from([second]), media, limits)).toEqual(puts[0])
  expect(await leftovers()).toBe(0)
})

test("a media that is too large, fails its check, or whose source breaks never appears and leaves nothing", async () => {
  const source = () => Readable.from([randomBytes(700_000), randomBytes(700_000)])
  await expect(store.media.put(source(), aMedia(), limits)).rejects.toThrow(MediaTooLarge)

  const refuse = () => {
    throw new Error("wrong hash")
  }
  const media = aMedia()
  await expect(store.media.put(source(), media, { bytesMax: 1e7, verify: refuse })).rejects.toThrow("wrong hash")
  expect(await store.media.find(media.id)).toBeNull()

  const broken = Readable.from(
    (async function* () {
      yield randomBytes(600_000)
      throw new Error("connection lost")
    })(),
  )
  await expect(store.media.put(broken, aMedia(), limits)).rejects.toThrow("connection lost")
  expect(await leftovers()).toBe(0)
})

test("a renamed media is found under its new id only; a repeated move keeps the first and removes the second", async () => {
  const [first, second] = [aMedia(), aMedia()]
  const to = newId("media")
  for (const media of [first, second]) await store.media.put(Readable.from([randomBytes(1_000)]), media, limits)
  const moved = await store.media.rename(first.id, to)
  expect(moved).toMatchObject({ id: to, bytes: 1_000 })
  expect(await store.media.find(first.id)).toBeNull()
  expect(await store.media.rename(second.id, to)).toEqual(moved)
  expect(await store.media.find(second.id)).toBeNull()
  expect(await leftovers()).toBe(0)
  expect(await store.media.rename(newId("media"), newId("media"))).toBeNull()
})

test("deleting an account's media leaves those of others", async () => {
  const [gone, kept] = [aMedia(), aMedia()]
  for (const media of [gone, kept]) await store.media.put(Readable.from([randomBytes(1_000)]), media, limits)
  await store.media.deleteOfAccount(gone.account)
  expect(await store.media.find(gone.id)).toBeNull()
  expect(await store.media.find(kept.id)).not.toBeNull()
  expect(await leftovers()).toBe(0)
})

test("a field that the model does not know is refused", async () => {
  const now = new Date()
  const account = {
    _id: newId("account"),
    tenant,
    name: "x",
    desired: "running",
    status: "created",
    statusAt: now,
    createdAt: now,
    updatedAt: now,
  }
  await expect(store.models.accounts.create({ ...account, surprise: 1 } as never)).rejects.toThrow(/surprise/)
})
