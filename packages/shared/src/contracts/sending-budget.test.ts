import { expect, test } from "vitest"
import { pacingDefaults, pacingOf } from "./pacing.ts"
import { budgetOf, permissionOf, sentNothing, sentOneMore } from "./sending-budget.ts"
import type { PacingSituation, SentLately } from "./sending-budget.ts"

const start = Date.parse("2026-11-24T12:00:01.234Z")
const dayMs = 86_400_000
const old = new Date(start - 100 * dayMs)

/** Sends as fast as is permitted for so long; returns the instants. */
function sendAll(situation: Omit<PacingSituation, "sent" | "now">, message: { firstContact: boolean }, forMs: number) {
  const instants: number[] = []
  let sent: SentLately = sentNothing
  for (let now = start; now < start + forMs;) {
    const permitted = permissionOf({ ...situation, sent, now }, message)
    if (permitted.at > now) {
      now = permitted.at
      continue
    }
    instants.push(now)
    sent = sentOneMore({ ...situation, sent, now }, { ...message, media: false, random: instants.length % 2 })
    now += 1
  }
  return { instants, sent }
}

/** The most instants that lie within any span of this length. */
function mostWithin(instants: readonly number[], spanMs: number): number {
  return Math.max(...instants.map((from) => instants.filter((each) => each >= from && each < from + spanMs).length))
}

test("no span of a minute, an hour or a day ever has more messages than its limit, and none is left unused for long", () => {
  const pacing = { ...pacingDefaults, delaySeconds: { min: 0, max: 0 }, newNumber: null }
  const { instants } = sendAll({ pacing, accountCreatedAt: old, restriction: null }, { firstContact: false }, 2 * dayMs)
  expect(mostWithin(instants, 60_000)).toBe(20)
  expect(mostWithin(instants, 3_600_000)).toBe(200)
  expect(mostWithin(instants, dayMs)).toBe(1_000)
  expect(instants.length).toBeGreaterThan(1_900)
})

test("a new number has its own limit until it is old enough; first contacts have theirs, those known do not", () => {
  const young = { pacing: pacingDefaults, accountCreatedAt: new Date(start), restriction: null }
  expect(sendAll(young, { firstContact: false }, dayMs).instants).toHaveLength(50)
  expect(sendAll(young, { firstContact: true }, dayMs).instants).toHaveLength(30)
  const grown = { ...young, accountCreatedAt: old }
  const { sent } = sendAll(grown, { firstContact: true }, dayMs / 2)
  const now = start + dayMs / 2
  expect(permissionOf({ ...grown, sent, now }, { firstContact: true }).reason).toBe("first_contacts")
  expect(permissionOf({ ...grown, sent, now }, { firstContact: false }).reason).toBeNull()
})

test("the pause after a message lies between its bounds, and is longer after a file", () => {
  const situation = { pacing: pacingDefaults, sent: sentNothing, now: start }
  const pauseOf = (media: boolean, random: number) =>
    sentOneMore(situation, { firstContact: false, media, random }).nextAt - start
  expect([pauseOf(false, 0), pauseOf(false, 1), pauseOf(true, 0)]).toEqual([3_000, 5_000, 5_000])
})

test("a restriction holds first contacts until its end, and nobody else, also without pacing", () => {
  const restriction = { code: "463", until: new Date(start + 60_000) }
  const situation = { pacing: null, sent: sentNothing, accountCreatedAt: old, restriction, now: start }
  expect(permissionOf(situation, { firstContact: true })).toEqual({ at: start + 60_000, reason: "restricted" })
  expect(permissionOf(situation, { firstContact: false }).reason).toBeNull()
  expect(permissionOf({ ...situation, now: start + 60_000 }, { firstContact: true }).reason).toBeNull()
})

test("the budget says per limit what is used, left and when more is, and why not", () => {
  const pacing = { ...pacingDefaults, perHour: 2 }
  const situation = { pacing, accountCreatedAt: old, restriction: null }
  const { sent } = sendAll(situation, { firstContact: false }, 60_000)
  const budget = budgetOf({ ...situation, sent, now: start + 60_000 })
  expect(budget).toMatchObject({ pacing: "on", replies: { now: true }, messages: { now: false, reason: "per_hour" } })
  const hour = budget.limits.find(({ name }) => name === "perHour")
  expect(hour).toMatchObject({ limit: 2, used: 2, left: 0, resetsAt: budget.messages.at })
  expect(budget.limits.find(({ name }) => name === "perDay")).toMatchObject({ used: 2, left: 998, resetsAt: null })
  expect(budgetOf({ ...situation, pacing: null, sent, now: start })).toMatchObject({ pacing: "off", limits: [] })
})

test("an account's own settings change the defaults; off is off, none are the installation's", () => {
  expect(pacingOf({ perHour: 7 }, "off")).toEqual({ ...pacingDefaults, perHour: 7 })
  expect(pacingOf("off", "on")).toBeNull()
  expect(pacingOf(null, "on")).toEqual(pacingDefaults)
  expect(pacingOf(undefined, "off")).toBeNull()
})
