import { Parser } from "@asyncapi/parser"
import { eventTypes, liveEvents } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../testing/test-api.ts"
import type { Parsed, TestApi } from "../testing/test-api.ts"

/** Of the parser: what is more than a hint. */
const errorSeverity = 0

let api: TestApi
let document: Parsed
beforeAll(async () => {
  api = await startTestApi()
  document = (await api.call("GET", "/asyncapi.json", { key: null })).body
})
afterAll(() => api.stop())

test("the document is valid AsyncAPI 3 to the official parser [P72]", async () => {
  const { document: parsed, diagnostics } = await new Parser().parse(document)
  const errors = diagnostics.filter(({ severity }) => severity === errorSeverity)
  expect(errors.map(({ message, path }) => `${path.join(".")}: ${message}`)).toEqual([])
  expect(parsed?.version()).toMatch(/^3\./)
  expect(parsed?.operations().all()).toHaveLength(eventTypes.length + Object.keys(liveEvents).length + 1)
})

test("every event and live subject has the address at which it is published", () => {
  const event = { tenant: "{tenant}", account: "{account}" }
  const addresses = Object.values<Parsed>(document.channels).map(({ address }) => address)
  for (const type of eventTypes) {
    const subject = api.bus.subjects.event({ ...event, type })
    expect(addresses).toContain(subject.replace(/\.events\.\d+\./, ".events.{shard}."))
  }
  for (const type of Object.keys(liveEvents)) expect(addresses).toContain(api.bus.subjects.live({ ...event, type }))
})

test("webhooks get every event, and none that is only live", () => {
  const names = Object.keys(document.channels.webhooks.messages)
  expect(names.toSorted()).toEqual(eventTypes.map((type) => type.replaceAll(".", "_")).toSorted())
})
