import { expect, test } from "vitest"
import { matchWebhooks, matchesType } from "./match-webhooks.ts"

test.each([
  ["*", "message.received", true],
  ["message.*", "message.received", true],
  ["message.*", "message.status", true],
  ["message.received", "message.received", true],
  ["message.received", "message.sent", false],
  ["message.*", "messages.received", false],
  ["message.*", "message", false],
  ["message.*", "message.", false],
  ["message", "message.received", false],
  ["", "message.received", false],
  [".*", "message.received", false],
  ["message.rec*", "message.received", false],
  ["*.received", "message.received", false],
])("the pattern %j matches %s: %s", (pattern, type, matches) => {
  expect(matchesType(pattern, type)).toBe(matches)
})

const base = { _id: "whk", tenant: "ten_a", account: null, events: ["*"], enabled: true }
const event = { tenant: "ten_a", account: "acc_1", type: "message.received" }

test.each([
  ["of the tenant", {}, true],
  ["of another tenant", { tenant: "ten_b" }, false],
  ["that is disabled", { enabled: false }, false],
  ["for the account", { account: "acc_1" }, true],
  ["for another account", { account: "acc_2" }, false],
  ["with no fitting type", { events: ["account.status", "call.*"] }, false],
  ["with one fitting type of several", { events: ["account.status", "message.*"] }, true],
  ["with two fitting types: once", { events: ["*", "message.*"] }, true],
  ["without types", { events: [] }, false],
])("a webhook %s", (_case, fields, matches) => {
  const webhook = { ...base, ...fields }
  expect(matchWebhooks(event, [webhook])).toEqual(matches ? [webhook] : [])
})

test("an event without an account goes only to webhooks for all accounts", () => {
  const webhooks = [base, { ...base, account: "acc_1" }]
  expect(matchWebhooks({ tenant: "ten_a", type: "webhook.test" }, webhooks)).toEqual([base])
})
