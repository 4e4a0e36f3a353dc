import { expect, test } from "vitest"
import { readConfig } from "@wildcat/shared/runtime"
import { config } from "../config.ts"
import type { PostResult } from "./post.ts"
import { judge, pauseMs, retryAfterMs } from "./verdict.ts"
import type { Judging } from "./verdict.ts"

const now = new Date("2026-11-24T12:00:00Z")
const clock = { now, since: now, retryAfterMsMax: 3_600_000, random: () => 0.5 }
const policy = { pausesMs: [5_000, 10_000, 20_000], factor: 2, pauseMsMax: 60_000, totalMs: 86_400_000, attemptsMax: 7 }
const judged = (result: PostResult, number: number, more: Partial<Judging> = {}) =>
  judge(result, policy, { ...clock, number, ...more })
const answered = (statusCode: number, retryAfter: string | null = null) =>
  ({ kind: "answered", statusCode, retryAfter, excerpt: "", latencyMs: 1 }) as const
const failed = { kind: "failed", error: "the connection was refused", latencyMs: 1 } as const

test.each([200, 201, 202, 204, 299])("%i is delivered", (status) => {
  expect(judged(answered(status), 1)).toEqual({ kind: "delivered" })
})

test.each([400, 401, 403, 404, 405, 410, 413, 422, 451])("%i is final", (status) => {
  expect(judged(answered(status), 1)).toEqual({
    kind: "failed",
    error: `the endpoint answered ${status}`,
  })
})

test.each([301, 302, 307, 308, 408, 409, 425, 429, 500, 502, 503, 504])("%i is tried again", (status) => {
  expect(judged(answered(status), 1)).toMatchObject({ kind: "retry", afterMs: 5_000 })
})

test("the schedule is followed pause by pause, and then the delivery fails", () => {
  const verdicts = [1, 2, 3, 4, 5, 6, 7].map((number) => judged(failed, number))
  expect(verdicts).toEqual([
    { kind: "retry", error: "the connection was refused", afterMs: 5_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 10_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 20_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 40_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 60_000 },
    { kind: "retry", error: "the connection was refused", afterMs: 60_000 },
    { kind: "failed", error: "the connection was refused; given up after 7 attempts" },
  ])
})

test("an attempt that would come after the policy's time is not made", () => {
  const since = new Date(now.getTime() - policy.totalMs + 5_000)
  expect(judged(failed, 1, { since })).toMatchObject({ kind: "retry" })
  expect(judged(failed, 2, { since })).toMatchObject({ kind: "failed" })
  expect(judged(answered(503, "6"), 1, { since })).toMatchObject({ kind: "failed" })
})

test("a policy without pauses and time makes one attempt", () => {
  const once = { ...policy, pausesMs: [], totalMs: 0 }
  expect(judge(failed, once, { ...clock, number: 1 })).toEqual({
    kind: "failed",
    error: "the connection was refused; given up after 1 attempt",
  })
})

test("pauses vary by 20 % at most", () => {
  expect(judged(failed, 1, { random: () => 0 })).toMatchObject({ afterMs: 4_000 })
  expect(judged(failed, 1, { random: () => 1 })).toMatchObject({ afterMs: 6_000 })
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
  expect(judged(answered(503, header), 1)).toMatchObject({ kind: "retry", afterMs })
})

test("by default the first attempt is at once, then after 5, 10 and 20 s, the last about a day later", () => {
  const secrets = { MONGO_URL: "mongodb://x", NATS_URL: "x", SECRETS_KEY: "0".repeat(64) }
  const settings = readConfig(config, secrets)
  const defaults = {
    pausesMs: settings.WEBHOOK_RETRY_PAUSES_MS,
    factor: 2,
    pauseMsMax: settings.WEBHOOK_RETRY_PAUSE_MS_MAX,
    totalMs: settings.WEBHOOK_RETRY_TOTAL_MS,
    attemptsMax: settings.WEBHOOK_ATTEMPTS_MAX,
  }
  expect([1, 2, 3, 4].map((number) => pauseMs(defaults, number))).toEqual([5_000, 10_000, 20_000, 40_000])
  let [at, number] = [now.getTime(), 1]
  let verdict = judge(failed, defaults, { ...clock, number })
  while (verdict.kind === "retry") {
    at += verdict.afterMs
    verdict = judge(failed, defaults, { ...clock, number: ++number, now: new Date(at) })
  }
  expect(number).toBeLessThan(defaults.attemptsMax)
  const hours = (at - now.getTime()) / 3_600_000
  expect(hours).toBeGreaterThan(19)
  expect(hours).toBeLessThanOrEqual(24)
})

test.each([
  ["WEBHOOK_RETRY_PAUSES_MS", "0,soon"],
  ["WEBHOOK_RETRY_PAUSES_MS", ","],
  ["ALLOWED_PRIVATE_RANGES", "127.0.0.1"],
  ["WEBHOOK_CONCURRENCY", "0"],
])("the setting %s=%s is refused by name", (name, value) => {
  const secrets = { MONGO_URL: "mongodb://x", NATS_URL: "x", SECRETS_KEY: "0".repeat(64) }
  expect(() => readConfig(config, { ...secrets, [name]: value })).toThrow(name)
})
