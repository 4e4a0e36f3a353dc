import { expect, test } from "vitest"
import { newId } from "./ids.ts"
import { shards, subjectsOf } from "./subjects.ts"

const subjects = subjectsOf("wild-1")

test("an event's subject lies below what its tenant and its account subscribe to, and in one shard for ever", () => {
  const event = { tenant: newId("tenant"), account: newId("account"), type: "message.received" }
  const tokens = subjects.event(event).split(".")
  expect(tokens).toEqual(["wild-1", "events", tokens[2], event.tenant, event.account, "message", "received"])
  expect(Number(tokens[2])).toBeLessThan(shards)
  expect(subjects.event({ ...event, type: "account.status" }).split(".")[2]).toBe(tokens[2])
  expect(subjects.eventsOfTenant(event.tenant)).toBe(`wild-1.events.*.${event.tenant}.>`)
})

test("two installations share no name", () => {
  const other = subjectsOf("wild-2")
  expect(other.eventsStream).not.toBe(subjects.eventsStream)
  expect(other.workersBucket).not.toBe(subjects.workersBucket)
  expect(other.allEvents).not.toBe(subjects.allEvents)
})
