import { newId } from "@wildcat/shared/contracts"
import { encodeEventCursor } from "../../events/event-cursor.ts"
import { asked, badJson, badPage, tooLarge, wrong } from "./bad.ts"
import type { Rows } from "./bad.ts"

const sse = { accept: "text/event-stream" }
const lastEventId = "header.last-event-id"
const otherCursor = encodeEventCursor({ log: 1, sequence: 1 })

/** Bad input of the routes about webhooks, deliveries and the events themselves. */
export const webhookRows: Rows = {
  createWebhook: [
    ...badJson,
    tooLarge,
    wrong("no url", { events: ["*"] }, "url"),
    wrong("url no URL", { url: "nope", events: ["*"] }, "url"),
    wrong("url http", { url: "http://example.com", events: ["*"] }, "url"),
    wrong("url with password", { url: "https://a:b@example.com", events: ["*"] }, "url"),
    ["url private", { body: { url: "https://192.168.1.1/x", events: ["*"] } }, 422, "address_not_allowed", "url"],
    [
      "url private, hidden",
      { body: { url: "https://[::ffff:10.0.0.1]/x", events: ["*"] } },
      422,
      "address_not_allowed",
      "url",
    ],
    wrong("unknown event", { url: "https://example.com", events: ["message.eaten"] }, "events.0"),
    wrong("no events", { url: "https://example.com", events: [] }, "events"),
    [
      "unknown account",
      { body: { url: "https://example.com", events: ["*"], account: newId("account") } },
      404,
      "not_found",
      "account",
    ],
  ],
  listWebhooks: badPage,
  getWebhook: [],
  updateWebhook: [
    ...badJson,
    tooLarge,
    ["header of the signature", { body: { headers: { "webhook-signature": "x" } } }, 400, "invalid_request"],
    ["header of the connection", { body: { headers: { Connection: "close" } } }, 400, "invalid_request"],
    wrong("header with a line break", { headers: { "x-a": "a\r\nb" } }, "headers.x-a"),
    wrong("kind", { filter: { kinds: ["room"] } }, "filter.kinds.0"),
    wrong("chat", { filter: { chats: ["nobody"] } }, "filter.chats.0"),
    wrong("pauses", { retry: { pausesSeconds: [-1] } }, "retry.pausesSeconds.0"),
    wrong("time-out", { timeoutSeconds: 0 }, "timeoutSeconds"),
    wrong("order", { ordered: "account" }, "ordered"),
  ],
  rotateSecret: [...badJson, wrong("overlap", { overlapSeconds: -1 }, "overlapSeconds")],
  replayEvents: [
    ...badJson,
    wrong("no from", {}, "from"),
    wrong("from no time", { from: "today" }, "from"),
    wrong("to before from", { from: "2026-11-24T10:00:00Z", to: "2026-11-24T09:00:00Z" }, "to"),
  ],
  retryDelivery: [],
  redriveDeliveries: [
    ...badJson,
    wrong("pending", { status: "pending" }, "status"),
    wrong("from no time", { from: 1 }, "from"),
  ],
  deleteWebhook: [],
  testWebhook: [],
  listDeliveries: [
    ...badPage,
    asked("webhook", "webhook=x", "query.webhook"),
    asked("status", "status=lost", "query.status"),
    asked("from", "from=yesterday", "query.from"),
    asked("event", "event=x", "query.event"),
  ],
  getDelivery: [],
  streamEvents: [
    ["accept", { headers: { accept: "text/csv" } }, 406, "not_acceptable", "header.accept"],
    asked("cursor", "after=abc", "query.after"),
    asked("cursor too long", `after=${"a".repeat(65)}`, "query.after"),
    asked("cursor in other letters", "after=MS4xLjE%3D", "query.after"),
    ["cursor of another log", { query: `after=${otherCursor}` }, 410, "events_expired", "query.after"],
    ["cursor in a header", { headers: { ...sse, "last-event-id": "abc" } }, 400, "invalid_request", lastEventId],
    ["of another log", { headers: { ...sse, "last-event-id": otherCursor } }, 410, "events_expired", lastEventId],
    asked("limit zero", "limit=0", "query.limit"),
    asked("limit too large", "limit=501", "query.limit"),
    asked("a key in the URL", "key=wc_x", "query.key"),
    asked("types", "types=message.eaten", "query.types"),
    asked("account malformed", "account=x", "query.account"),
    ["account unknown", { query: `account=${newId("account")}` }, 404, "not_found", "query.account"],
  ],
}
