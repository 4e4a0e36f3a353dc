import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { casts, hows } from "./plan.ts"
import { storm } from "./storm.ts"

/** Each of 6 kinds of process is killed, frozen and stopped twice. */
const kills = 2 * Object.keys(casts).length * hows.length
const told: string[] = []

// `npm run chaos -- --seed 4711 --kills 36` is the same storm with a ledger.
test("a storm over every part of the gateway loses nothing, doubles nothing and leaves no gap", async () => {
  const logFolder = mkdtempSync(join(tmpdir(), "wc-storm-"))
  const report = await storm({
    seed: 4_711,
    kills,
    seconds: 36,
    logFolder,
    settleMsMax: 120_000,
    tell: (text) => told.push(text),
  })
  const { lost, doubled, gaps, untrue } = report.ledger
  expect({ lost, doubled, gaps, untrue }, `${told.join("\n")}\nlogs: ${logFolder}`).toEqual({
    lost: [],
    doubled: [],
    gaps: [],
    untrue: [],
  })
  expect(Object.values(report.blows)).toEqual(Array.from({ length: kills / 2 }, () => 2))
  expect(report.pairings, "no kill needed a new QR code").toBe(4)
  expect(report.ledger.requests).toBeGreaterThan(10)
  expect(report.ledger.received).toBeGreaterThan(20)
  rmSync(logFolder, { recursive: true })
})
