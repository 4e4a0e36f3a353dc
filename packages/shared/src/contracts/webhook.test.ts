import { expect, test } from "vitest"
import { isCustomHeader, matchWebhooks, matchesType } from "./webhook.ts"

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
const about = { source: "/accounts/acc_1", data: {} }
const event = { ...about, tenant: "ten_a", account: "acc_1", type: "message.received" }

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
  expect(matchWebhooks({ ...about, tenant: "ten_a", type: "webhook.test" }, webhooks)).toEqual([base])
})

const chat = { jid: "491511234567@s.whatsapp.net", kind: "direct", pn: "491511234567@s.whatsapp.net", lid: "12345@lid" }
const group = { jid: "12345678@g.us", kind: "group", pn: null, lid: null }
const all = { kinds: null, fromMe: null, chats: null }

test.each([
  ["a kind that is asked for", { kinds: ["direct" as const] }, { chat }, true],
  ["another kind", { kinds: ["group" as const] }, { chat }, false],
  ["a chat by its other name", { chats: ["12345@lid"] }, { chat }, true],
  ["another chat", { chats: ["12345@lid"] }, { chat: group }, false],
  ["what the account wrote, asked for", { fromMe: true }, { chat, fromMe: true }, true],
  ["what others wrote, not asked for", { fromMe: true }, { chat, fromMe: false }, false],
  ["what the account wrote, not asked for", { fromMe: false }, { chat, fromMe: true }, false],
  [
    "an event of no chat",
    { kinds: ["group" as const], chats: [group.jid], fromMe: true },
    { status: "connected" },
    true,
  ],
])("a filter and %s", (_case, filter, data, matches) => {
  const webhook = { ...base, filter: { ...all, ...filter } }
  expect(matchWebhooks({ ...event, data }, [webhook])).toEqual(matches ? [webhook] : [])
})

test("a webhook is not told about itself", () => {
  const webhooks = [base, { ...base, _id: "whk_2" }]
  const failing = { ...event, source: "/webhooks/whk", type: "webhook.failing" }
  expect(matchWebhooks(failing, webhooks)).toEqual([webhooks[1]])
})

test.each([
  ["authorization", true],
  ["X-Tenant", true],
  ["Webhook-Signature", false],
  ["webhook-anything", false],
  ["Host", false],
  ["connection", false],
  ["Transfer-Encoding", false],
  ["content-length", false],
  ["with space", false],
  ["line\r\nbreak", false],
  ["", false],
])("the header %j may be added: %s", (name, may) => {
  expect(isCustomHeader(name)).toBe(may)
})
