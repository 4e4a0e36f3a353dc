import { randomUUID } from "node:crypto"
import { waitUntil } from "@wildcat/testkit"
import type { ServiceName } from "@wildcat/testkit"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { z } from "zod"
import { linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

const Message = z.object({ id: z.string(), waId: z.string(), status: z.string().nullable() })
const Event = z.object({
  id: z.string(),
  type: z.string(),
  data: z.object({ waId: z.string().optional(), media: z.object({ url: z.string() }).nullish() }),
})
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
  "base64",
)

let stage: LinkedStage

beforeAll(async () => {
  stage = await linkStage()
})

afterAll(async () => {
  await stage.stop()
})

describe.each<[ServiceName, string]>([
  ["api", "api.after-outbox-before-command"],
  ["api", "api.after-command-before-answer"],
  ["api", "api.after-effect-before-idempotency-record"],
])("%s killed at %s", (service, point) => {
  test("a repeated call makes no second message: the contact has it once", async () => {
    const text = `to the contact, ${point}`
    const send = (idempotencyKey: string) =>
      stage.api.post(
        `/v1/accounts/${stage.account}/messages`,
        { to: stage.contact.phone, content: { type: "text", text } },
        Message,
        {
          idempotencyKey,
        },
      )
    const key = randomUUID()
    await stage.arm(service, point)
    await expect(send(key)).rejects.toThrow("fetch failed")
    await stage.revive(service)
    const { waId } = await send(key)
    await arrivesOnce(text, waId)
    expect((await send(key)).waId).toBe(waId)
  })
})

describe.each<[ServiceName, string]>([
  ["session-worker", "outbound.after-stage-before-commit"],
  ["session-worker", "outbound.after-commit-before-frame"],
  ["session-worker", "outbound.after-frame-before-ack"],
  ["session-worker", "pump.after-messages-before-publish"],
  ["session-worker", "pump.after-publish-before-remove"],
])("%s killed at %s after a 202", (service, point) => {
  test("the contact has the message under its one id, and message.sent arrives under one id", async () => {
    await stage.arm(service, point)
    const text = `to the contact, ${point}`
    const { id, waId } = await stage.api.post(
      `/v1/accounts/${stage.account}/messages?wait=false`,
      { to: stage.contact.phone, content: { type: "text", text } },
      Message,
    )
    await stage.revive(service)
    await arrivesOnce(text, waId)
    await webhookHasOnce("message.sent", waId)
    const path = `/v1/accounts/${stage.account}/messages/${id}`
    await vi.waitFor(async () => expect((await stage.api.get(path, Message)).status).toBe("delivered"), 60_000)
  })
})

describe.each<[ServiceName, string]>([
  ["session-worker", "inbound.after-decrypt-before-commit"],
  ["session-worker", "inbound.after-commit-before-receipt"],
  ["session-worker", "pump.after-messages-before-publish"],
  ["session-worker", "pump.after-publish-before-remove"],
  ["media", "media.before-store"],
  ["media", "media.after-store-before-event"],
  ["media", "media.after-event-before-ack"],
  ["webhook-dispatcher", "dispatcher.after-insert-before-ack"],
  ["webhook-dispatcher", "dispatcher.after-attempt-record-before-post"],
  ["webhook-dispatcher", "dispatcher.after-post-before-record"],
])("%s killed at %s while a photo comes in", (service, point) => {
  test("the webhook has the message under one id, and its media opens", async () => {
    await stage.arm(service, point)
    const { messageId } = await stage.simulator.sendImage({
      from: stage.contact.id,
      to: stage.phone,
      caption: point,
      mimetype: "image/png",
      bytesBase64: png.toString("base64"),
    })
    await stage.revive(service)
    const event = await webhookHasOnce("message.received", messageId)
    await stage.simulator.waitForReceipt({ messageId })
    const bytes = await waitUntil("the media opens", async () => {
      const response = await fetch(event.data.media?.url ?? "")
      return response.status === 200 && Buffer.from(await response.arrayBuffer())
    })
    expect(bytes.equals(png)).toBe(true)
  })
})

test("no kill needed a new QR code, and WhatsApp met no stanza that it did not know", async () => {
  const { pairings, logins, unknownStanzas } = await stage.simulator.counters()
  expect({ pairings, unknownStanzas }).toEqual({ pairings: 1, unknownStanzas: 0 })
  expect(logins, "the kills did make the worker log in again").toBeGreaterThan(9)
})

/** The contact decrypted the text, and every message with that text has the one id. */
async function arrivesOnce(text: string, waId: string): Promise<void> {
  const contactId = stage.contact.id
  await stage.simulator.waitForMessage({ contactId, match: { messageId: waId } })
  const got = await stage.simulator.receivedMessages({ contactId, text })
  expect(got.map((message) => message.messageId)).toEqual([waId])
}

/** The webhook got the event about a message, and all such deliveries are one event. */
async function webhookHasOnce(type: string, waId: string) {
  const matching = () =>
    stage.receiver.requests
      .map((request) => ({
        header: request.headers["webhook-id"],
        event: Event.parse(JSON.parse(request.body.toString())),
      }))
      .filter(({ event }) => event.type === type && event.data.waId === waId)
  const [first] = await waitUntil(`a webhook of ${type}`, () => matching().length > 0 && matching())
  expect(new Set(matching().flatMap(({ header, event }) => [header, event.id]))).toEqual(new Set([first?.event.id]))
  if (first === undefined) throw new Error("unreachable: there is at least one")
  return first.event
}
