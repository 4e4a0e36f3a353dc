import { readFileSync, readdirSync } from "node:fs"
import { expect, test } from "vitest"
import { z } from "zod"
import { eventTypes, parseEvent } from "./events.ts"

const golden = new URL("./golden/", import.meta.url)

test.each(readdirSync(golden))("events published by release %s parse for ever, field by field", (file) => {
  for (const event of z.array(z.unknown()).parse(JSON.parse(readFileSync(new URL(file, golden), "utf8")))) {
    expect(parseEvent(event)).toEqual(event)
  }
})

test("an event of an unknown type, or with data of another type, is refused", () => {
  const envelope = {
    specversion: "1.0",
    id: "evt_01JDGZ8Q4W0000000000000006",
    source: "/webhooks/whk_01JDGZ8Q4W0000000000000000",
    time: "2026-11-24T12:00:05.000Z",
    datacontenttype: "application/json",
    tenant: "ten_01JDGZ8Q4W0000000000000000",
  }
  const data = { webhook: "whk_01JDGZ8Q4W0000000000000000" }
  expect(parseEvent({ ...envelope, type: "webhook.test", data }).type).toBe("webhook.test")
  expect(() => parseEvent({ ...envelope, type: "webhook.unheard", data })).toThrow(z.ZodError)
  for (const type of eventTypes.filter((each) => each !== "webhook.test")) {
    expect(() => parseEvent({ ...envelope, type, data })).toThrow(z.ZodError)
  }
})
