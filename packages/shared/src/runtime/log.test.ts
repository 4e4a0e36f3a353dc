import { Writable } from "node:stream"
import { pino } from "pino"
import { expect, test } from "vitest"
import { loggerOptions } from "./log.ts"

test("secrets, people and what they say never reach the log, and an error shows no extra fields", async () => {
  const lines: string[] = []
  const log = pino(
    loggerOptions({ service: "test", level: "info" }),
    new Writable({
      write: (chunk, _encoding, done) => {
        lines.push(String(chunk))
        done()
      },
    }),
  )
  const error = Object.assign(new Error("failed", { cause: new Error("below") }), { config: { token: "s3cr3t" } })
  log.info(
    { apiKey: "s3cr3t", message: { text: "s3cr3t", jid: "s3cr3t" }, pn: "s3cr3t", error, account: "acc_1" },
    "unit.done",
  )
  expect(lines.join("")).not.toContain("s3cr3t")
  expect(JSON.parse(lines.join(""))).toMatchObject({
    service: "test",
    level: "info",
    account: "acc_1",
    error: { message: "failed", cause: { message: "below" } },
  })
})
