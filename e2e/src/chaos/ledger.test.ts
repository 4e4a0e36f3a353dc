import { expect, test } from "vitest"
import { drawUp, isClean } from "./ledger.ts"
import type { Evidence, SeenEvent } from "./ledger.ts"

const account = "acc_1"
const event = (id: string, type: string, about: string, sequence: number | null): SeenEvent => ({
  id,
  type,
  account,
  about,
  sequence,
})
const received = event("evt_1", "message.received", "IN", 1)
const sent = event("evt_2", "message.sent", "OUT", 2)
const media = event("evt_3", "media.stored", "IN", null)
const taken = { kind: "taken", id: "msg_2", waId: "OUT", tries: 3 } as const
const good: Evidence = {
  inbound: [{ account, waId: "IN", image: true }],
  outbound: [{ account, contactId: "ada", text: "hello", answers: [taken] }],
  arrived: [{ contactId: "ada", waId: "OUT", text: "hello", copies: 1 }],
  stream: [received, sent, media],
  webhook: [received, sent, media],
  stored: [
    { id: "msg_1", account, waId: "IN", fromMe: false, status: null },
    { id: "msg_2", account, waId: "OUT", fromMe: true, status: "delivered" },
  ],
  unacknowledged: 0,
  notConnected: 0,
}

test("a ledger without a fault is clean, and repetitions under one id are counted only", () => {
  const repeated = { ...good, stream: [...good.stream, received], webhook: [...good.webhook, sent, sent] }
  const ledger = drawUp({ ...repeated, arrived: good.arrived.map((each) => ({ ...each, copies: 2 })) })
  expect(isClean(ledger)).toBe(true)
  expect(ledger.copies).toEqual({ atContacts: 1, inStream: 1, atWebhook: 2 })
  expect(ledger).toMatchObject({ requests: 1, received: 1, events: 3, tries: 3 })
})

test.each<[string, Partial<Evidence>, "lost" | "doubled" | "gaps" | "untrue"]>([
  ["a received message without an event", { stream: [{ ...sent, sequence: 1 }, media] }, "lost"],
  ["a received message that is not stored", { stored: good.stored.slice(1) }, "lost"],
  ["an image that is not stored", { stream: [received, sent] }, "lost"],
  ["a send that its contact does not have", { arrived: [] }, "lost"],
  ["a send without an event", { stream: [received, media] }, "lost"],
  ["a request without an answer", { outbound: good.outbound.map((each) => ({ ...each, answers: [] })) }, "lost"],
  ["an event without a webhook call", { webhook: [received, sent] }, "lost"],
  [
    "two messages for one request",
    { arrived: [...good.arrived, { contactId: "ada", waId: "OTHER", text: "hello", copies: 1 }] },
    "doubled",
  ],
  [
    "two answers with different ids",
    { outbound: good.outbound.map((each) => ({ ...each, answers: [taken, { ...taken, waId: "OTHER" }] })) },
    "doubled",
  ],
  ["two events of one message", { stream: [...good.stream, { ...received, id: "evt_9", sequence: 3 }] }, "doubled"],
  ["two events at the webhook", { webhook: [...good.webhook, { ...received, id: "evt_9" }] }, "doubled"],
  ["a sequence that is missing", { stream: [received, { ...sent, sequence: 3 }, media] }, "gaps"],
  ["events in the wrong order", { stream: [sent, received, media] }, "gaps"],
  [
    "a state that is behind",
    { stored: good.stored.map((each) => ({ ...each, status: each.fromMe ? "queued" : null })) },
    "untrue",
  ],
  ["a stanza that nobody acknowledged", { unacknowledged: 1 }, "untrue"],
  ["an account that is not connected", { notConnected: 1 }, "untrue"],
])("%s is a fault", (_name, change, column) => {
  const ledger = drawUp({ ...good, ...change })
  expect(isClean(ledger)).toBe(false)
  expect(ledger[column]).not.toEqual([])
})
