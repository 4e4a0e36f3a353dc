import { expect, test } from "vitest"
import { readConfig } from "@wildcat/shared/runtime"
import { config } from "../config.ts"
import { judge, retryAfterMs } from "./verdict.ts"

const now = new Date("2026-11-24T12:00:00Z")
const clock = { now, random: () => 0.5 }
const policy = { delaysMs: [0, 5_000, 10_000, 20_000], retryAfterMaxMs: 3_600_000 }
const answered = (statusCode: number, retryAfter: string | null = null) =>
  ({ kind: "answered", statusCode, retryAfter, excerpt: "", latencyMs: 1 }) as const
const failed = { kind: "failed", error: "the connection was refused", latencyMs: 1 } as const

test.each([200, 201, 202, 204, 299])("%i is delivered", (status) => {
  expect(judge(answered(status), 1, policy, clock)).toEqual({ kind: "delivered" })
})

test.each([400, 401, 403, 404, 405, 410, 413, 422, 451])("%i is final", (status) => {
  expect(judge(answered(status), 1, policy, clock)).toEqual({
    kind: "failed",
    error: `the endpoint answered ${status}`,
  })
})

test.each([301, 302, 307, 308, 408, 409, 425, 429, 500, 502, 503, 504])("%i is tried again", (status) => {
  expect(judge(answered(status), 1, policy, clock)).toMatchObject({ kind: "retry", afterMs: 5_000 })
})

test("the schedule is followed pause by pause, and then the delivery fails", () => {
  const verdicts = [1, 2, 3, 4].map((number) => judge(failed, number, policy, clock))
  expect(verdicts).toEqual([
    { kind: "retry", error: "the connection was refused", afterMs: 5_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 10_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 20_000 },
    { kind: "failed", error: "the connection was refused; given up after 4 attempts" },
  ])
})

test("pauses vary by 20 % at most", () => {
  expect(judge(failed, 1, policy, { now, random: () => 0 })).toMatchObject({ afterMs: 4_000 })
  expect(judge(failed, 1, policy, { now, random: () => 1 })).toMatchObject({ afterMs: 6_000 })
})

test.each([
  ["120", 120_000],
  ["0", 0],
  [" 7 ", 7_000],
  ["Tue, 24 Nov 2026 12:01:00 GMT", 60_000],
  ["Tue, 24 Nov 2026 11:00:00 GMT", 0],
  ["-5", 0],
  ["soon", 0],
  [null, 0],
])("Retry-After %j asks for %i ms", (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})

test.each([
  ["1", 5_000],
  ["60", 60_000],
  ["999999", 3_600_000],
])("Retry-After %s makes the pause %i ms: never shorter than the schedule, bounded", (header, afterMs) => {
  expect(judge(answered(503, header), 1, policy, clock)).toMatchObject({ kind: "retry", afterMs })
})

test("by default the first attempt is at once, then after 5, 10 and 20 s, the last about a day later", () => {
  const secrets = { MONGO_URL: "mongodb://x", NATS_URL: "x", SECRETS_KEY: "0".repeat(64) }
  const delays = readConfig(config, secrets).WEBHOOK_RETRY_DELAYS_MS
  expect(delays.slice(0, 4)).toEqual([0, 5_000, 10_000, 20_000])
  const hours = delays.reduce((sum, each) => sum + each, 0) / 3_600_000
  expect(hours).toBeGreaterThan(23)
  expect(hours).toBeLessThanOrEqual(24)
})

test.each([
  ["WEBHOOK_RETRY_DELAYS_MS", "0,soon"],
  ["WEBHOOK_RETRY_DELAYS_MS", ","],
  ["ALLOWED_PRIVATE_RANGES", "127.0.0.1"],
  ["WEBHOOK_CONCURRENCY", "0"],
])("the setting %s=%s is refused by name", (name, value) => {
  const secrets = { MONGO_URL: "mongodb://x", NATS_URL: "x", SECRETS_KEY: "0".repeat(64) }
  expect(() => readConfig(config, { ...secrets, [name]: value })).toThrow(name)
})
