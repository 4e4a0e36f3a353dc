import { isolated, waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { WildcatError, newId } from "../contracts/index.ts"
import type { WildcatEvent } from "../contracts/index.ts"
import { requestCommand, serveCommands } from "./commands.ts"
import { connectBus } from "./connect.ts"
import type { Bus } from "./connect.ts"
import { consume, done } from "./consume.ts"
import { ensureConsumer, provisionStreams } from "./provision.ts"
import { EventTooLarge, publishEvent, publishTask } from "./publish.ts"
import { silentLog } from "../testing/index.ts"

const place = isolated()
let bus: Bus

beforeAll(async () => {
  bus = await connectBus({ natsUrl: place.natsUrl, prefix: place.prefix, name: "test", log: silentLog })
  await provisionStreams(bus, { replicas: 1, eventsDays: 1 })
})

afterAll(async () => {
  await bus.close()
  await place.cleanup()
})

const tenant = newId("tenant")
const account = newId("account")

function anEvent(data: Partial<Extract<WildcatEvent, { type: "account.status" }>["data"]> = {}) {
  return {
    specversion: "1.0",
    id: newId("event"),
    source: `/accounts/${account}`,
    type: "account.status",
    time: new Date().toISOString(),
    datacontenttype: "application/json",
    tenant,
    account,
    sequence: 1,
    data: { status: "connected", reason: null, me: null, ...data },
  } as const
}

test("provisioning again, also with other settings, does no harm", async () => {
  await provisionStreams(bus, { replicas: 1, eventsDays: 2 })
  const { config } = await bus.manager.streams.info(bus.subjects.eventsStream)
  expect(config.max_age).toBe(2 * 86_400_000 * 1_000_000)
})

test("an event published twice is in the stream once, and a consumer keeps the stream's order", async () => {
  await ensureConsumer(bus, { stream: bus.subjects.eventsStream, durable: "once" })
  const events = Array.from({ length: 30 }, () => anEvent())
  for (const event of events) {
    await publishEvent(bus, event)
    await publishEvent(bus, event)
  }
  const seen: unknown[] = []
  const consumption = await consume(bus, {
    stream: bus.subjects.eventsStream,
    durable: "once",
    log: silentLog,
    concurrency: 1,
    ackWaitMs: 30_000,
    handle: async ({ payload }) => {
      seen.push(payload)
      return done
    },
  })
  await waitUntil("all events are seen", () => seen.length >= events.length)
  await consumption.stop()
  expect(seen).toEqual(events)
})

test("an event over 64 KiB is refused before it is published", async () => {
  const reason = { code: "unknown", class: "transient", text: "x".repeat(70_000) } as const
  await expect(publishEvent(bus, anEvent({ reason }))).rejects.toThrow(EventTooLarge)
})

test("a task whose handler throws is given again; one that takes longer than its ack wait is not given to another", async () => {
  await ensureConsumer(bus, { stream: bus.subjects.mediaStream, durable: "tasks", ackWaitMs: 1_000 })
  const task = { tenant, account, message: newId("message"), media: newId("media"), event: newId("event") }
  await publishTask(bus, "media.fetch", task, "same")
  await publishTask(bus, "media.fetch", task, "same")
  const tries: number[] = []
  let finish: (() => void) | undefined
  const consumption = await consume(bus, {
    stream: bus.subjects.mediaStream,
    durable: "tasks",
    log: silentLog,
    concurrency: 4,
    ackWaitMs: 1_000,
    handle: async (message) => {
      expect(message.payload).toEqual(task)
      tries.push(message.tries)
      if (message.tries === 1) throw new Error("first try fails")
      await new Promise<void>((resolve) => (finish = resolve))
      return done
    },
  })
  await waitUntil("the second try runs", () => finish !== undefined)
  const info = () => bus.manager.consumers.info(bus.subjects.mediaStream, "tasks")
  // The server has seen heartbeats for longer than the ack wait, and has given the task to nobody else meanwhile.
  const begun = performance.now()
  await waitUntil("the ack wait has passed twice", () => performance.now() - begun > 2_000)
  finish?.()
  await consumption.stop()
  await waitUntil("nothing is left", async () => (await info()).num_ack_pending === 0)
  expect(tries).toEqual([1, 2])
})

test("a rejected message is not given again", async () => {
  const task = { tenant, account, message: newId("message"), media: newId("media"), event: newId("event") }
  await publishTask(bus, "media.fetch", task, "rejected")
  let calls = 0
  const consumption = await consume(bus, {
    stream: bus.subjects.mediaStream,
    durable: "tasks",
    log: silentLog,
    concurrency: 1,
    ackWaitMs: 1_000,
    handle: async () => {
      calls += 1
      return { kind: "reject", why: "test" }
    },
  })
  await waitUntil(
    "the queue is empty",
    async () => (await bus.manager.streams.info(bus.subjects.mediaStream)).state.messages === 0,
  )
  await consumption.stop()
  expect(calls).toBe(1)
})

test("a command for an account that nobody owns fails at once; an owner's answers and refusals reach the caller", async () => {
  const order = { account: newId("account"), verb: "account.qr", request: {} } as const
  await expect(requestCommand(bus, order)).rejects.toMatchObject({ code: "session_unavailable" })

  const serving = serveCommands(bus, {
    account: order.account,
    log: silentLog,
    handlers: {
      "account.qr": async () => ({ qr: "2@abc", expiresAt: null }),
      "account.logout": async () => {
        throw new WildcatError("account_not_linked")
      },
      "message.send": async () => {
        throw new Error("internals")
      },
    },
  })
  expect(await requestCommand(bus, order)).toEqual({ qr: "2@abc", expiresAt: null })
  await expect(requestCommand(bus, { ...order, verb: "account.logout" })).rejects.toMatchObject({
    code: "account_not_linked",
  })
  const send = { ...order, verb: "message.send", request: { message: newId("message"), wait: false } } as const
  await expect(requestCommand(bus, send)).rejects.toMatchObject({
    code: "internal",
    message: expect.not.stringContaining("internals"),
  })
  serving.stop()
  await expect(requestCommand(bus, order)).rejects.toMatchObject({ code: "session_unavailable" })
})

test("a command that nobody answers in time ends in session_timeout", async () => {
  const silent = newId("account")
  const serving = serveCommands(bus, {
    account: silent,
    log: silentLog,
    handlers: {
      "account.qr": () => new Promise(() => undefined),
      "account.logout": async () => ({}),
      "message.send": async () => ({ status: "queued" }),
    },
  })
  await expect(
    requestCommand(bus, { account: silent, verb: "account.qr", request: {}, deadlineMs: 100 }),
  ).rejects.toMatchObject({
    code: "session_timeout",
  })
  serving.stop()
})

test("an answer that is too large for NATS is no answer, and does not end the process", async () => {
  const account = newId("account")
  let qr = "x".repeat(2 * 1024 * 1024)
  const handlers = { "account.qr": async () => ({ qr, expiresAt: null }) }
  const serving = serveCommands(bus, { account, log: silentLog, handlers })
  const order = { account, verb: "account.qr", request: {} } as const
  await expect(requestCommand(bus, { ...order, deadlineMs: 500 })).rejects.toMatchObject({ code: "session_timeout" })
  qr = "2@abc"
  expect(await requestCommand(bus, order)).toEqual({ qr, expiresAt: null })
  serving.stop()
})
