import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import type { ServerResponse } from "node:http"
import { fileURLToPath } from "node:url"
import { JSONCodec } from "nats"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import { freePort, startProcess, waitUntil } from "@wildcat/testkit"
import type { ServiceProcess } from "@wildcat/testkit"
import { derivedId, parseEvent } from "@wildcat/shared/contracts"
import type { WildcatEvent } from "@wildcat/shared/contracts"
import { publishTask, serveCommands } from "@wildcat/shared/bus"
import { signMediaLink } from "@wildcat/shared/runtime"
import { encryptMedia, imageMessage, sha256 } from "./testing/encrypted-media.ts"
import { startHttpsHost } from "./testing/https-host.ts"
import { silentLog } from "@wildcat/shared/testing"
import { openPlace, taskOf } from "./testing/place.ts"
import type { Place } from "./testing/place.ts"

const entry = fileURLToPath(new URL("main.ts", import.meta.url))
const media = encryptMedia(randomBytes(700_000))
let place: Place
let host: Awaited<ReturnType<typeof startHttpsHost>>
let requests = 0
const answerMedia = (response: ServerResponse) => void response.end(media.body)
let answer = answerMedia
let service: ServiceProcess | undefined

beforeAll(async () => {
  place = await openPlace()
  host = await startHttpsHost((_request, response) => {
    requests += 1
    answer(response)
  })
})

afterEach(async () => {
  answer = answerMedia
  await service?.stop()
})

afterAll(async () => {
  await host.stop()
  await place.close()
})

async function start(env: Record<string, string> = {}): Promise<{ origin: string }> {
  const port = String(await freePort())
  const origin = `http://127.0.0.1:${port}`
  service = await startProcess({
    entry,
    env: {
      ...place.env,
      MEDIA_HOST: "127.0.0.1",
      MEDIA_PORT: port,
      MEDIA_HOSTS: ".whatsapp.net,localhost",
      NODE_EXTRA_CA_CERTS: host.caFile,
      ...env,
    },
    readyUrl: `${origin}/readyz`,
  })
  return { origin }
}

async function queue(fields: Parameters<typeof imageMessage>[0] = {}) {
  const message = await place.message(imageMessage({ url: `${host.origin}/file.enc`, ...media.fields, ...fields }))
  const task = taskOf(message)
  await publishTask(place.bus, "media.fetch", task, task.media)
  return { message, task }
}

/** All events about a media that are in the stream. */
async function eventsAbout(mediaId: string): Promise<WildcatEvent[]> {
  const { manager, subjects } = place.bus
  const { state } = await manager.streams.info(subjects.eventsStream)
  const found: WildcatEvent[] = []
  for (let seq = state.first_seq; seq > 0 && seq <= state.last_seq; seq += 1) {
    const event = parseEvent(
      JSONCodec().decode((await manager.streams.getMessage(subjects.eventsStream, { seq })).data),
    )
    if ("media" in event.data && event.data.media?.id === mediaId) found.push(event)
  }
  return found
}

const ended = async (mediaId: string) => (await eventsAbout(mediaId)).at(0)
const queueIsEmpty = async () =>
  (await place.bus.manager.streams.info(place.bus.subjects.mediaStream)).state.messages === 0

test("a media of a private authority's host is fetched, announced with its cause, and served", async () => {
  const { origin } = await start()
  const { message, task } = await queue()
  const event = await waitUntil("media.stored is published", () => ended(task.media))
  expect(event).toMatchObject({
    id: derivedId("event", task.media, "media.stored"),
    type: "media.stored",
    source: `/accounts/${task.account}`,
    causedby: task.event,
    tenant: task.tenant,
    account: task.account,
    data: {
      message: message._id,
      media: { id: task.media, bytes: 700_000, sha256: sha256(media.plain).toString("hex") },
    },
  })
  expect(event).not.toHaveProperty("sequence")
  await waitUntil("the task is acknowledged", queueIsEmpty)
  const stored = await place.store.collections.messages.findOne({ _id: message._id })
  expect(stored?.media).toMatchObject({ status: "stored", error: null })
  const expiresAt = new Date(Date.now() + 60_000)
  const bytes = await fetch(signMediaLink({ publicUrl: origin, media: task.media, expiresAt }, place.box))
  expect(Buffer.from(await bytes.arrayBuffer()).equals(media.plain)).toBe(true)
})

test("without the private authority the certificate is refused", async () => {
  await start({ NODE_EXTRA_CA_CERTS: "" })
  const { task } = await queue()
  const refused = (line: string) => line.includes(task.media) && line.includes("self-signed certificate")
  await waitUntil("the refusal is logged", () => service?.lines.some(refused))
  expect(await place.store.media.find(task.media)).toBeNull()
})

test("a file that is not the one the message names ends as media.failed, and is never served", async () => {
  await start()
  const { message, task } = await queue({ fileSha256: randomBytes(32) })
  const event = await waitUntil("media.failed is published", () => ended(task.media))
  expect(event).toMatchObject({
    type: "media.failed",
    causedby: task.event,
    data: { error: { code: "hash_mismatch" } },
  })
  const stored = await place.store.collections.messages.findOne({ _id: message._id })
  expect(stored?.media).toMatchObject({ status: "failed", error: { code: "hash_mismatch" } })
  expect(await place.store.media.find(task.media)).toBeNull()
})

test.skipIf(process.platform !== "linux")(
  "a media four times as large takes no more memory",
  async () => {
    await start()
    const peaks: number[] = []
    for (const megabytes of [16, 64]) {
      const large = encryptMedia(randomBytes(megabytes * 1_048_576))
      answer = (response) => void response.end(large.body)
      const { task } = await queue(large.fields)
      expect((await waitUntil("it ended", () => ended(task.media), { timeoutMs: 80_000 })).type).toBe("media.stored")
      peaks.push(peakBytes(service?.pid))
    }
    const [small = 0, large = 0] = peaks
    expect(large - small).toBeLessThan(24 * 1_048_576)
  },
  180_000,
)

/** The most memory that a process ever had, in bytes. */
function peakBytes(pid: number | undefined): number {
  return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024
}

test.each(["media.before-store", "media.after-store-before-event", "media.after-event-before-ack"])(
  "killed at %s, the next process finishes: one file, one event",
  async (point) => {
    await start({ WILDCAT_FAULT_POINT: point })
    const { message, task } = await queue()
    expect(await service?.exited).toMatchObject({ signal: "SIGKILL" })
    requests = 0
    // The task is given again when its ack wait is over, or at once to a consumer made anew.
    await dropConsumer()
    await start()
    await waitUntil("the task is acknowledged", queueIsEmpty)
    expect(await eventsAbout(task.media)).toHaveLength(1)
    expect(await place.store.db.collection("media.files").countDocuments({ "metadata.media": task.media })).toBe(1)
    const stored = await place.store.collections.messages.findOne({ _id: message._id })
    expect(stored?.media?.status).toBe("stored")
    expect(requests).toBe(point === "media.before-store" ? 1 : 0)
  },
)

test("a file that the host has deleted is fetched from where the phone has put it again", async () => {
  await start()
  answer = (response) =>
    void (response.req.url === "/again.enc" ? answerMedia(response) : response.writeHead(404).end())
  const message = await place.message(imageMessage({ url: `${host.origin}/gone.enc`, ...media.fields }))
  const asked: unknown[] = []
  const owner = serveCommands(place.bus, {
    account: message.account,
    handlers: {
      "media.reupload": async (request) => {
        asked.push(request)
        return { directPath: "/again.enc" }
      },
    },
    log: silentLog,
  })
  const task = taskOf(message)
  await publishTask(place.bus, "media.fetch", task, task.media)
  expect(await waitUntil("it ended", () => ended(task.media))).toMatchObject({ type: "media.stored" })
  expect(asked).toEqual([{ message: message._id }])
  owner.stop()
})

test("media that failed is tried anew when asked for, under another event", async () => {
  await start()
  answer = (response) => void response.writeHead(404).end()
  const { message, task } = await queue()
  const first = await waitUntil("it failed", () => ended(task.media))
  expect(first).toMatchObject({ type: "media.failed", data: { error: { code: "gone" } } })
  for (const attempt of ["one", "two"]) {
    if (attempt === "two") answer = answerMedia
    await publishTask(place.bus, "media.fetch", { ...task, attempt }, `${task.media}:${attempt}`)
    const count = attempt === "one" ? 2 : 3
    await waitUntil("it ended again", async () => (await eventsAbout(task.media)).length === count)
  }
  const events = await eventsAbout(task.media)
  expect(events.map(({ type }) => type)).toEqual(["media.failed", "media.failed", "media.stored"])
  expect(new Set(events.map(({ id }) => id)).size).toBe(3)
  const stored = await place.store.collections.messages.findOne({ _id: message._id })
  expect(stored?.media).toMatchObject({ status: "stored", error: null })
})

test("a task without a message, or that is no task, does not stop the queue", async () => {
  await start()
  await place.bus.jetStream.publish(place.bus.subjects.mediaTask({ tenant: "ten_x", account: "acc_x" }), "{}")
  const { task } = await queue()
  const event = await waitUntil("the task behind it is done", () => ended(task.media))
  expect(event.type).toBe("media.stored")
})

/** A consumer made anew gets what the killed process held now instead of a minute later. */
async function dropConsumer(): Promise<void> {
  const { manager, subjects } = place.bus
  await manager.consumers.delete(subjects.mediaStream, "media")
}
