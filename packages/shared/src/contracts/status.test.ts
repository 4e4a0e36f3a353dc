import { expect, test } from "vitest"
import { advances, messageAcks } from "./status.ts"

test.each([
  ["queued", "sending", true],
  ["sending", "server_ack", true],
  ["server_ack", "delivered", true],
  ["read", "delivered", false],
  ["delivered", "delivered", false],
  ["played", "read", false],
  ["sending", "failed", true],
  ["server_ack", "failed", false],
  ["read", "failed", false],
  ["sending", "unknown", true],
  ["unknown", "server_ack", true],
  ["failed", "delivered", true],
  ["failed", "sending", false],
  ["cancelled", "expired", false],
] as const)("from %s, %s is news: %s", (current, next, news) => {
  expect(advances(current, next)).toBe(news)
})

test("ACK numbers are those other gateways use", () => {
  expect([
    messageAcks.failed,
    messageAcks.queued,
    messageAcks.server_ack,
    messageAcks.delivered,
    messageAcks.read,
    messageAcks.played,
  ]).toEqual([-1, 0, 1, 2, 3, 4])
})
