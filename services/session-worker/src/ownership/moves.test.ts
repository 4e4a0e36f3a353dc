import { describe, expect, test } from "vitest"
import type { Peer } from "./liveness.ts"
import { planMoves } from "./moves.ts"
import { preferredWorker } from "./placement.ts"

const peer = (worker: string, more: Partial<Peer> = {}): Peer => ({
  worker,
  isDraining: false,
  heardAt: 0,
  room: 100,
  isSteady: true,
  ...more,
})
const sessions = Array.from({ length: 20 }, (_, n) => ({ account: `acc_${n}`, isSettled: true, activeAt: 100 - n }))
const options = { self: peer("mine"), peers: [peer("other")], sessions, movesMax: 100, why: "drained" } as const
const draining = peer("mine", { isDraining: true })

describe("a worker", () => {
  test("gives to a new one exactly what belongs to it", () => {
    const due = sessions.filter(({ account }) => preferredWorker(account, ["mine", "other"]) === "other")
    const moves = planMoves(options)
    expect(new Set(moves.map(({ account }) => account))).toEqual(new Set(due.map(({ account }) => account)))
    expect(moves[0]).toMatchObject({ to: "other", why: "rebalanced" })
    expect(moves.length).toBeGreaterThan(4)
  })
  test("gives a few at a time, idle ones first, and none that wait for a scan", () => {
    const [first, second] = planMoves(options)
    expect(planMoves({ ...options, movesMax: 2 })).toEqual([first, second])
    const activeAt = (account: string | undefined) => sessions.find((each) => each.account === account)?.activeAt ?? 0
    expect(activeAt(first?.account)).toBeLessThan(activeAt(second?.account))
    expect(planMoves({ ...options, sessions: sessions.map((each) => ({ ...each, isSettled: false })) })).toEqual([])
  })
  test.each([
    ["has just come", { isSteady: false }],
    ["is full", { room: 0 }],
    ["drains", { isDraining: true }],
  ])("gives nothing to one that %s", (_what, more) => {
    expect(planMoves({ ...options, peers: [peer("other", more)] })).toEqual([])
  })
  test("gives one no more than it has room for", () =>
    expect(planMoves({ ...options, peers: [peer("other", { room: 3 })] })).toHaveLength(3))
})

describe("a draining worker", () => {
  test("gives all it has to those with room, also what waits for a scan, last", () => {
    const [busy, ...others] = sessions
    const mixed = [{ account: busy?.account ?? "", activeAt: 0, isSettled: false }, ...others]
    const peers = [peer("other", { room: 1 }), peer("third", { isSteady: false })]
    const moves = planMoves({ ...options, self: draining, peers, sessions: mixed })
    expect(moves).toHaveLength(20)
    expect(moves.filter(({ to }) => to === "other")).toHaveLength(1)
    expect(moves.at(-1)).toMatchObject({ account: busy?.account, why: "drained" })
  })
  test.each([
    ["nobody else is there", []],
    ["all others drain, too", [peer("other", { isDraining: true })]],
    ["all others are full", [peer("other", { room: 0 })]],
  ])("keeps what it has while %s", (_what, peers) => {
    expect(planMoves({ ...options, self: draining, peers })).toEqual([])
  })
})
