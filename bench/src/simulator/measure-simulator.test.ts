import { expect, test } from "vitest"
import { measureSimulator } from "./measure-simulator.ts"
import { reportOf } from "./report.ts"

test("a small load is connected, acknowledged to the last message, and its cost told", async () => {
  const lines: string[] = []
  const result = await measureSimulator({ sessions: 5, each: 4 }, (line) => lines.push(line))
  expect(result).toMatchObject({ sessions: 5, messages: 20, acknowledged: 20, retried: 0 })
  expect(result.simulatorCpuMs).toBeGreaterThan(0)
  expect(result.clientsCpuMs).toBeGreaterThan(0)
  expect(lines).toEqual(["5 sessions are connected; encrypting 20 messages ahead …"])
  expect(reportOf(result)).toContain("20 of 20 inbound messages")
})
