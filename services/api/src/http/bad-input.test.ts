import { newId } from "@wildcat/shared/contracts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { encodeEventCursor } from "../events/event-cursor.ts"
import { routes } from "../resources/index.ts"
import { namedInPath, peopleRows, validPeopleCalls } from "../testing/bad-input/people-rows.ts"
import { chatRows } from "../testing/bad-input/chat-rows.ts"
import { png, startTestApi } from "../testing/test-api.ts"
import type { CallOptions, TestApi } from "../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

type Bad = [what: string, call: CallOptions & { query?: string }, status: number, code: string, field?: string]

const sse = { accept: "text/event-stream" }
const lastEventId = "header.last-event-id"
const otherCursor = encodeEventCursor({ log: 1, sequence: 1 })
const text = { to: "+4915112345678", content: { type: "text", text: "x" } }
const says = (content: object) => ({ to: "+4915112345678", content })
const file = (content: object) => says({ ...content, media: { base64: btoa("hello") } })
const reacts = (content: object) => ({ content: { type: "reaction", message: newId("message"), ...content } })
const image = (media: unknown) => ({ to: "+4915112345678", content: { type: "image", media } })
const badPage: Bad[] = [
  ["limit zero", { query: "limit=0" }, 400, "invalid_request", "query.limit"],
  ["limit too large", { query: "limit=101" }, 400, "invalid_request", "query.limit"],
  ["limit no number", { query: "limit=ten" }, 400, "invalid_request", "query.limit"],
  ["limit twice", { query: "limit=1&limit=2" }, 400, "invalid_request", "query.limit"],
  ["cursor of another kind", { query: "cursor=abc" }, 400, "invalid_request", "query.cursor"],
  ["unknown parameter", { query: "page=2" }, 400, "invalid_request", "query.page"],
]
const badJson: Bad[] = [
  ["no JSON", { raw: "{", headers: { "content-type": "application/json" } }, 400, "invalid_json", "body"],
  [
    "not UTF-8",
    { raw: Buffer.from([0x22, 0xff, 0x22]), headers: { "content-type": "application/json" } },
    400,
    "invalid_json",
    "body",
  ],
  ["no object", { body: [] }, 400, "invalid_request", "body"],
  ["null", { body: null }, 400, "invalid_request", "body"],
  ["unknown field", { body: { surprise: 1 } }, 400, "invalid_request"],
  [
    "other content type",
    { raw: "a=b", headers: { "content-type": "text/csv" } },
    415,
    "unsupported_media_type",
    "header.content-type",
  ],
  ["no content type", { raw: new Uint8Array([123, 125]) }, 415, "unsupported_media_type", "header.content-type"],
  [
    "compressed",
    { body: {}, headers: { "content-encoding": "gzip" } },
    415,
    "unsupported_media_type",
    "header.content-encoding",
  ],
]
const tooLarge: Bad = ["too large", { body: { name: "x".repeat(70_000) } }, 413, "body_too_large", "body"]

/** What is particular to each endpoint. A new route without a row fails the test below. */
const rows: Record<string, Bad[]> = {
  createAccount: [
    ...badJson,
    tooLarge,
    ["no name", { body: {} }, 400, "invalid_request", "name"],
    ["empty name", { body: { name: " " } }, 400, "invalid_request", "name"],
    ["name too long", { body: { name: "x".repeat(101) } }, 400, "invalid_request", "name"],
    ["unknown field", { body: { name: "x", surprise: 1 } }, 400, "invalid_request", "surprise"],
    ["start no boolean", { body: { name: "x", start: "yes" } }, 400, "invalid_request", "start"],
  ],
  listAccounts: badPage,
  getAccount: [],
  updateAccount: [
    ...badJson,
    tooLarge,
    ["empty name", { body: { name: " " } }, 400, "invalid_request", "name"],
    ["pacing of no form", { body: { pacing: "slow" } }, 400, "invalid_request", "pacing"],
    ["limit zero", { body: { pacing: { perHour: 0 } } }, 400, "invalid_request", "pacing.perHour"],
    [
      "delay that ends before it begins",
      { body: { pacing: { delaySeconds: { min: 2, max: 1 } } } },
      400,
      "invalid_request",
      "pacing.delaySeconds.max",
    ],
  ],
  getAccountMoves: [],
  startAccount: [],
  stopAccount: [],
  restartAccount: [],
  logOutAccount: [],
  deleteAccount: [],
  getQr: [["unknown format", { query: "format=gif" }, 400, "invalid_request", "query.format"]],
  getSnapshot: [["unknown format", { query: "format=gif" }, 400, "invalid_request", "query.format"]],
  sendMessage: [
    ...badJson,
    ["bad phone", { body: { ...text, to: "12ab" } }, 400, "invalid_request", "to"],
    ["phone too short", { body: { ...text, to: "123" } }, 400, "invalid_request", "to"],
    [
      "a location as status post",
      { body: { to: "status@broadcast", content: { type: "location", latitude: 1, longitude: 1 } } },
      400,
      "invalid_request",
      "content.type",
    ],
    ["an audience of a chat", { body: { ...text, audience: [text.to] } }, 400, "invalid_request", "audience"],
    [
      "a group in an audience",
      { body: { ...text, audience: ["12345-67890@g.us"] } },
      400,
      "invalid_request",
      "audience.0",
    ],
    ["typing for too long", { body: { ...text, typing: 10_001 } }, 400, "invalid_request", "typing"],
    [
      "typing on the status feed",
      { body: { ...text, to: "status@broadcast", typing: true } },
      400,
      "invalid_request",
      "typing",
    ],
    ["all mentioned in a chat", { body: { ...text, mentions: "all" } }, 400, "invalid_request", "mentions"],
    ["a mention of nobody", { body: { ...text, mentions: [] } }, 400, "invalid_request", "mentions"],
    [
      "a mention without a text",
      { body: { ...says({ type: "location", latitude: 1, longitude: 1 }), mentions: [text.to] } },
      400,
      "invalid_request",
      "mentions",
    ],
    [
      "a colour in a chat",
      { body: says({ ...text.content, background: "#123456" }) },
      400,
      "invalid_request",
      "content.background",
    ],
    [
      "a colour that is none",
      { body: says({ ...text.content, background: "red" }) },
      400,
      "invalid_request",
      "content.background",
    ],
    [
      "a preview of another link",
      { body: says({ ...text.content, linkPreview: { url: "https://example.com", title: "x" } }) },
      400,
      "invalid_request",
      "content.linkPreview.url",
    ],
    [
      "a preview's picture that is none",
      {
        body: says({
          type: "text",
          text: "https://example.com",
          linkPreview: { url: "https://example.com", title: "x", thumbnail: { base64: btoa("hello") } },
        }),
      },
      400,
      "invalid_request",
      "content.linkPreview.thumbnail",
    ],
    [
      "a GIF to be seen once",
      { body: file({ type: "video", gif: true, viewOnce: true }) },
      400,
      "invalid_request",
      "content.viewOnce",
    ],
    ["channel", { body: { ...text, to: "120363000000000000@newsletter" } }, 400, "invalid_request", "to"],
    ["no content", { body: { to: text.to } }, 400, "invalid_request", "content"],
    ["unknown kind", { body: { ...text, content: { type: "fax" } } }, 400, "invalid_request", "content.type"],
    ["empty text", { body: { ...text, content: { type: "text", text: "" } } }, 400, "invalid_request", "content.text"],
    [
      "text too long",
      { body: { ...text, content: { type: "text", text: "x".repeat(65_537) } } },
      400,
      "invalid_request",
      "content.text",
    ],
    [
      "text is a number",
      { body: { ...text, content: { type: "text", text: 1 } } },
      400,
      "invalid_request",
      "content.text",
    ],
    [
      "unknown field inside",
      { body: { ...text, content: { type: "text", text: "x", bold: true } } },
      400,
      "invalid_request",
      "content.bold",
    ],
    [
      "quoted id malformed",
      { body: { ...text, quoted: { messageId: "x" } } },
      400,
      "invalid_request",
      "quoted.messageId",
    ],
    [
      "quoted unknown",
      { body: { ...text, quoted: { messageId: newId("message") } } },
      400,
      "invalid_request",
      "quoted.messageId",
    ],
    ["media of no form", { body: image({}) }, 400, "invalid_request", "content.media"],
    ["media URL no URL", { body: image({ url: "nope" }) }, 400, "invalid_request", "content.media.url"],
    [
      "media URL of a file",
      { body: image({ url: "file:///etc/passwd" }) },
      400,
      "invalid_request",
      "content.media.url",
    ],
    [
      "media URL private",
      { body: image({ url: "http://10.0.0.1/x.png" }) },
      422,
      "address_not_allowed",
      "content.media.url",
    ],
    [
      "media URL metadata",
      { body: image({ url: "http://169.254.169.254/latest" }) },
      422,
      "address_not_allowed",
      "content.media.url",
    ],
    [
      "media URL with password",
      { body: image({ url: "http://a:b@127.0.0.1/x.png" }) },
      422,
      "media_not_fetched",
      "content.media.url",
    ],
    [
      "media not base64",
      { body: image({ base64: "%%%", mimetype: "image/png" }) },
      400,
      "invalid_request",
      "content.media.base64",
    ],
    [
      "media no image",
      { body: image({ base64: btoa("hello"), mimetype: "image/png" }) },
      415,
      "unsupported_media_type",
      "content.media.base64",
    ],
    [
      "media type malformed",
      { body: image({ base64: btoa("hello"), mimetype: "html" }) },
      400,
      "invalid_request",
      "content.media.mimetype",
    ],
    [
      "voice note not Ogg",
      { body: file({ type: "audio", voice: true }) },
      415,
      "unsupported_media_type",
      "content.media.base64",
    ],
    ["sticker not WebP", { body: file({ type: "sticker" }) }, 415, "unsupported_media_type", "content.media.base64"],
    ["video no video", { body: file({ type: "video" }) }, 415, "unsupported_media_type", "content.media.base64"],
    [
      "document name empty",
      { body: file({ type: "document", fileName: "" }) },
      400,
      "invalid_request",
      "content.fileName",
    ],
    [
      "location off the globe",
      { body: says({ type: "location", latitude: 91, longitude: 0 }) },
      400,
      "invalid_request",
      "content.latitude",
    ],
    ["nothing said where", { body: { content: text.content } }, 400, "invalid_request", "to"],
    [
      "reaction to nothing",
      { body: { content: { type: "reaction", emoji: "👍" } } },
      400,
      "invalid_request",
      "content.message",
    ],
    ["reaction with a word", { body: reacts({ emoji: "ok" }) }, 400, "invalid_request", "content.emoji"],
    ["reaction to an unknown message", { body: reacts({ emoji: "👍" }) }, 404, "not_found", "content.message"],
    ["edit of an unknown message", { body: reacts({ type: "edit", text: "x" }) }, 404, "not_found", "content.message"],
    ["edit without text", { body: reacts({ type: "edit" }) }, 400, "invalid_request", "content.text"],
    ["removal of an unknown message", { body: reacts({ type: "delete" }) }, 404, "not_found", "content.message"],
    [
      "forward of an unknown message",
      { body: says({ type: "forward", message: newId("message") }) },
      404,
      "not_found",
      "content.message",
    ],
    ["pin for ever", { body: reacts({ type: "pin", days: 365 }) }, 400, "invalid_request", "content.days"],
    [
      "vote in an unknown poll",
      { body: reacts({ type: "vote", options: ["a"] }) },
      404,
      "not_found",
      "content.message",
    ],
    [
      "vote for the same twice",
      { body: reacts({ type: "vote", options: ["a", "a"] }) },
      400,
      "invalid_request",
      "content.options",
    ],
    ["no contacts", { body: says({ type: "contacts", contacts: [] }) }, 400, "invalid_request", "content.contacts"],
    [
      "contact's number malformed",
      { body: says({ type: "contacts", contacts: [{ name: "Ada", phone: "0151\nTEL:1" }] }) },
      400,
      "invalid_request",
      "content.contacts.0.phone",
    ],
    [
      "poll with one answer",
      { body: says({ type: "poll", question: "?", options: ["a"] }) },
      400,
      "invalid_request",
      "content.options",
    ],
    [
      "poll with the same answer twice",
      { body: says({ type: "poll", question: "?", options: ["a", "a"] }) },
      400,
      "invalid_request",
      "content.options",
    ],
    [
      "poll with more choices than answers",
      { body: says({ type: "poll", question: "?", options: ["a", "b"], selectable: 3 }) },
      400,
      "invalid_request",
      "content.selectable",
    ],
    ["media id unknown", { body: image({ id: newId("media") }) }, 404, "not_found", "content.media.id"],
    ["time to send no time", { body: { ...text, sendAt: "soon" } }, 400, "invalid_request", "sendAt"],
    ["time to send too far", { body: { ...text, sendAt: "2099-01-01T00:00:00Z" } }, 400, "invalid_request", "sendAt"],
    ["end in the past", { body: { ...text, expiresAt: "2020-01-01T00:00:00Z" } }, 400, "invalid_request", "expiresAt"],
    ["unknown class", { body: { ...text, priority: "first" } }, 400, "invalid_request", "priority"],
    ["wait", { query: "wait=perhaps", body: text }, 400, "invalid_request", "query.wait"],
    [
      "form without file",
      { raw: form({ message: JSON.stringify({ to: text.to, content: { type: "image" } }) }) },
      400,
      "invalid_request",
      "file",
    ],
    ["form without message", { raw: form({}, png) }, 400, "invalid_request", "message"],
    ["form with unknown field", { raw: form({ extra: "1" }, png) }, 400, "invalid_request", "extra"],
    ["form with bad JSON", { raw: form({ message: "{" }, png) }, 400, "invalid_json", "body"],
    ["form with text", { raw: form({ message: JSON.stringify(text) }, png) }, 400, "invalid_request", "content.type"],
    [
      "form without boundary",
      { raw: "x", headers: { "content-type": "multipart/form-data" } },
      400,
      "invalid_request",
      "header.content-type",
    ],
    [
      "form cut short",
      {
        raw: '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc',
        headers: { "content-type": "multipart/form-data; boundary=b" },
      },
      400,
      "invalid_request",
    ],
  ],
  listMessages: [
    ...badPage,
    ["status", { query: "status=lost" }, 400, "invalid_request", "query.status"],
    ["direction", { query: "direction=up" }, 400, "invalid_request", "query.direction"],
    ["chat", { query: "chat=nobody" }, 400, "invalid_request", "query.chat"],
    ["from no time", { query: "from=today" }, 400, "invalid_request", "query.from"],
    ["to no time", { query: "to=1" }, 400, "invalid_request", "query.to"],
    ["search without a word", { query: "q=%20-%22" }, 400, "invalid_request", "query.q"],
    ["search of many words", { query: `q=${"a+b+".repeat(20)}` }, 400, "invalid_request", "query.q"],
  ],
  getMessage: [],
  listReceipts: [],
  cancelMessage: [],
  getSendingBudget: [],
  createCampaign: [
    ...badJson,
    ["no content", { body: { account: newId("account") } }, 400, "invalid_request", "content"],
    [
      "unknown account",
      { body: { account: newId("account"), content: { type: "text", text: "x" } } },
      404,
      "not_found",
      "account",
    ],
    [
      "unknown time zone",
      {
        body: {
          account: newId("account"),
          content: { type: "text", text: "x" },
          pacing: { quietHours: { from: "21:00", to: "08:00", timeZone: "Mars/Olympus" } },
        },
      },
      400,
      "invalid_request",
      "pacing.quietHours.timeZone",
    ],
  ],
  listCampaigns: [...badPage, ["account", { query: "account=x" }, 400, "invalid_request", "query.account"]],
  getCampaign: [],
  addRecipients: [
    ["JSON", { body: [] }, 415, "unsupported_media_type", "header.content-type"],
    ["empty", { raw: "", headers: { "content-type": "text/csv" } }, 400, "invalid_request", "body"],
  ],
  listRecipients: [...badPage, ["state", { query: "state=lost" }, 400, "invalid_request", "query.state"]],
  startCampaign: [["without people", {}, 409, "conflict", "path.id"]],
  pauseCampaign: [["a draft", {}, 409, "conflict", "path.id"]],
  resumeCampaign: [["a draft", {}, 409, "conflict", "path.id"]],
  cancelCampaign: [],
  getCampaignOutcomes: [],
  editMessage: [
    ...badJson,
    ["no text", { body: {} }, 400, "invalid_request", "text"],
    ["empty text", { body: { text: "" } }, 400, "invalid_request", "text"],
    ["text too long", { body: { text: "x".repeat(65_537) } }, 400, "invalid_request", "text"],
  ],
  reactToMessage: [
    ...badJson,
    tooLarge,
    ["no emoji", { body: {} }, 400, "invalid_request", "emoji"],
    ["empty emoji", { body: { emoji: "" } }, 400, "invalid_request", "emoji"],
    ["a word", { body: { emoji: "ok" } }, 400, "invalid_request", "emoji"],
    ["two emoji", { body: { emoji: "👍👍" } }, 400, "invalid_request", "emoji"],
  ],
  takeReactionBack: [],
  getPoll: [],
  uploadMedia: [
    ["no content type", { raw: new Uint8Array([1]) }, 415, "unsupported_media_type", "header.content-type"],
    ["empty", { raw: "", headers: { "content-type": "image/png" } }, 400, "invalid_request", "body"],
    [
      "compressed",
      { raw: png, headers: { "content-type": "image/png", "content-encoding": "br" } },
      415,
      "unsupported_media_type",
      "header.content-encoding",
    ],
    ["form with a field", { raw: form({ a: "1" }, png) }, 400, "invalid_request", "a"],
    ["form without file", { raw: form({}) }, 400, "invalid_request", "file"],
  ],
  getMedia: [],
  refetchMedia: [["of media that is not there", {}, 404, "not_found", "path.id"]],
  getMediaContent: [
    ["link not ours", { key: null, query: "expires=99999999999&signature=x" }, 403, "forbidden", "query.signature"],
    ["unknown parameter", { query: "x=1" }, 400, "invalid_request", "query.x"],
  ],
  createWebhook: [
    ...badJson,
    tooLarge,
    ["no url", { body: { events: ["*"] } }, 400, "invalid_request", "url"],
    ["url no URL", { body: { url: "nope", events: ["*"] } }, 400, "invalid_request", "url"],
    ["url http", { body: { url: "http://example.com", events: ["*"] } }, 400, "invalid_request", "url"],
    ["url with password", { body: { url: "https://a:b@example.com", events: ["*"] } }, 400, "invalid_request", "url"],
    ["url private", { body: { url: "https://192.168.1.1/x", events: ["*"] } }, 422, "address_not_allowed", "url"],
    [
      "url private, hidden",
      { body: { url: "https://[::ffff:10.0.0.1]/x", events: ["*"] } },
      422,
      "address_not_allowed",
      "url",
    ],
    [
      "unknown event",
      { body: { url: "https://example.com", events: ["message.eaten"] } },
      400,
      "invalid_request",
      "events.0",
    ],
    ["no events", { body: { url: "https://example.com", events: [] } }, 400, "invalid_request", "events"],
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
    ["header with a line break", { body: { headers: { "x-a": "a\r\nb" } } }, 400, "invalid_request", "headers.x-a"],
    ["kind", { body: { filter: { kinds: ["room"] } } }, 400, "invalid_request", "filter.kinds.0"],
    ["chat", { body: { filter: { chats: ["nobody"] } } }, 400, "invalid_request", "filter.chats.0"],
    ["pauses", { body: { retry: { pausesSeconds: [-1] } } }, 400, "invalid_request", "retry.pausesSeconds.0"],
    ["time-out", { body: { timeoutSeconds: 0 } }, 400, "invalid_request", "timeoutSeconds"],
    ["order", { body: { ordered: "account" } }, 400, "invalid_request", "ordered"],
  ],
  rotateSecret: [...badJson, ["overlap", { body: { overlapSeconds: -1 } }, 400, "invalid_request", "overlapSeconds"]],
  replayEvents: [
    ...badJson,
    ["no from", { body: {} }, 400, "invalid_request", "from"],
    ["from no time", { body: { from: "today" } }, 400, "invalid_request", "from"],
    [
      "to before from",
      { body: { from: "2026-11-24T10:00:00Z", to: "2026-11-24T09:00:00Z" } },
      400,
      "invalid_request",
      "to",
    ],
  ],
  retryDelivery: [],
  redriveDeliveries: [
    ...badJson,
    ["pending", { body: { status: "pending" } }, 400, "invalid_request", "status"],
    ["from no time", { body: { from: 1 } }, 400, "invalid_request", "from"],
  ],
  deleteWebhook: [],
  testWebhook: [],
  listDeliveries: [
    ...badPage,
    ["webhook", { query: "webhook=x" }, 400, "invalid_request", "query.webhook"],
    ["status", { query: "status=lost" }, 400, "invalid_request", "query.status"],
    ["from", { query: "from=yesterday" }, 400, "invalid_request", "query.from"],
    ["event", { query: "event=x" }, 400, "invalid_request", "query.event"],
  ],
  getDelivery: [],
  streamEvents: [
    ["accept", { headers: { accept: "text/csv" } }, 406, "not_acceptable", "header.accept"],
    ["cursor", { query: "after=abc" }, 400, "invalid_request", "query.after"],
    ["cursor too long", { query: `after=${"a".repeat(65)}` }, 400, "invalid_request", "query.after"],
    ["cursor in other letters", { query: "after=MS4xLjE%3D" }, 400, "invalid_request", "query.after"],
    ["cursor of another log", { query: `after=${otherCursor}` }, 410, "events_expired", "query.after"],
    ["cursor in a header", { headers: { ...sse, "last-event-id": "abc" } }, 400, "invalid_request", lastEventId],
    ["of another log", { headers: { ...sse, "last-event-id": otherCursor } }, 410, "events_expired", lastEventId],
    ["limit zero", { query: "limit=0" }, 400, "invalid_request", "query.limit"],
    ["limit too large", { query: "limit=501" }, 400, "invalid_request", "query.limit"],
    ["a key in the URL", { query: "key=wc_x" }, 400, "invalid_request", "query.key"],
    ["types", { query: "types=message.eaten" }, 400, "invalid_request", "query.types"],
    ["account malformed", { query: "account=x" }, 400, "invalid_request", "query.account"],
    ["account unknown", { query: `account=${newId("account")}` }, 404, "not_found", "query.account"],
  ],
  listKeys: badPage,
  createKey: [
    ...badJson,
    tooLarge,
    ["no scopes", { body: { name: "x", scopes: [] } }, 400, "invalid_request", "scopes"],
    ["unknown scope", { body: { name: "x", scopes: ["root"] } }, 400, "invalid_request", "scopes.0"],
    [
      "expired",
      { body: { name: "x", scopes: ["read"], expiresAt: "2020-01-01T00:00:00Z" } },
      400,
      "invalid_request",
      "expiresAt",
    ],
    ["no date", { body: { name: "x", scopes: ["read"], expiresAt: "soon" } }, 400, "invalid_request", "expiresAt"],
    [
      "unknown account",
      { body: { name: "x", scopes: ["read"], account: newId("account") } },
      404,
      "not_found",
      "account",
    ],
  ],
  revokeKey: [],
  listWorkers: [["unknown parameter", { query: "x=1" }, 400, "invalid_request", "query.x"]],
  getWorkerAccounts: badPage,
  drainWorker: [],
  undrainWorker: [],
  ...chatRows(badPage, badJson),
  ...peopleRows(badPage, badJson),
}

test("every endpoint has its row of bad input", () => {
  expect(Object.keys(rows).toSorted()).toEqual(routes.map(({ operation }) => operation).toSorted())
})

/** Things of the first tenant that paths of the rows name. */
async function pathOf(template: string): Promise<string> {
  const account = await api.makeAccount({ status: "disconnected" })
  const webhook = template.includes("webhooks/")
    ? await api.call("POST", "/v1/webhooks", { body: { url: "https://example.com", events: ["*"] } })
    : null
  const draft = { account: account._id, content: { type: "text", text: "Hello" } }
  const campaign = template.includes("campaigns/") ? await api.call("POST", "/v1/campaigns", { body: draft }) : null
  return namedInPath(template)
    .replace("/accounts/{id}", `/accounts/${account._id}`)
    .replace("/webhooks/{id}", `/webhooks/${webhook?.body.id}`)
    .replace("/campaigns/{id}", `/campaigns/${campaign?.body.id}`)
    .replace("{id}", newId("media"))
    .replace("{messageId}", newId("message"))
}

describe.each(routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const))(
  "%s",
  (_name, route) => {
    const method = route.method.toUpperCase()
    const unknown = namedInPath(route.path)
      .replaceAll("{id}", idLike(route.path))
      .replace("{messageId}", newId("message"))
    const valid = route.body === null ? {} : validCall(route.operation)

    test.each(rows[route.operation] ?? [])("%s", async (_what, { query, ...call }, status, code, field) => {
      const path = await pathOf(route.path)
      const answer = await api.call(method, query ? `${path}?${query}` : path, call)
      expect(answer.body).toMatchObject({ status, code, ...(field === undefined ? {} : { field }) })
      expect(answer.status).toBe(status)
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      expect(answer.body.requestId).toBe(answer.headers.get("x-request-id"))
    })

    test("without, with a malformed, a wrong and an unknown key: 401", async () => {
      for (const key of [null, "x", `${api.adminKey}x`, `wc_${newId("apiKey").slice(4)}_${"a".repeat(43)}`]) {
        const answer = await api.call(method, unknown, { key })
        expect(answer).toMatchObject({ status: 401, body: { code: "unauthorized", field: "header.x-api-key" } })
        expect(answer.headers.get("www-authenticate")).toContain("Bearer")
      }
    })

    test("a key without the scope: 403", async () => {
      const wrong = ["accounts", "messages", "webhooks", "events"].find(
        (scope) => !route.admission.scopes.some((each) => each === scope),
      )
      const answer = await api.call(method, unknown, { key: await api.makeKey({ scopes: [wrong ?? "read"] }) })
      expect(answer).toMatchObject({ status: 403, body: { code: "forbidden" } })
    })

    test.runIf(route.path.includes("{"))("an id that is unknown or malformed: 404 naming it", async () => {
      for (const path of [unknown, unknown.replace(/(acc|whk|med|dlv|key|cmp)_\w+/, "nonsense")]) {
        const answer = await api.call(method, path, valid)
        expect(answer).toMatchObject({ status: 404, body: { code: "not_found", field: "path.id" } })
      }
    })

    test.runIf(route.method !== "get")("a malformed Idempotency-Key: 400 naming it", async () => {
      for (const key of ["x".repeat(256), "with space"]) {
        const answer = await api.call(method, unknown, {
          ...valid,
          headers: { ...valid.headers, "idempotency-key": key },
        })
        expect(answer).toMatchObject({
          status: 400,
          body: { code: "invalid_request", field: "header.idempotency-key" },
        })
      }
    })

    test("another method: 405 with Allow", async () => {
      const known = new Set(routes.filter((each) => each.path === route.path).map((each) => each.method.toUpperCase()))
      const other = ["PUT", "PATCH", "POST", "DELETE"].find((each) => !known.has(each)) ?? "PUT"
      const answer = await api.call(other, unknown)
      expect(answer).toMatchObject({ status: 405, body: { code: "method_not_allowed" } })
      expect(answer.headers.get("allow")).toContain(method)
    })
  },
)

test("an unknown path: 404; a path that is no UTF-8: 400; neither says what the server runs on", async () => {
  const unknown = await api.call("GET", "/v2/accounts")
  expect(unknown).toMatchObject({ status: 404, body: { code: "not_found", field: "path" } })
  expect(unknown.headers.get("x-powered-by")).toBeNull()
  expect(unknown.headers.get("x-content-type-options")).toBe("nosniff")
  expect(unknown.headers.get("access-control-allow-origin")).toBeNull()
  expect(await api.call("GET", "/v1/accounts/%ff")).toMatchObject({ status: 400, body: { code: "invalid_request" } })
})

test("a body that is too large is refused also when its length is not declared", async () => {
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`{"name":"${"x".repeat(100_000)}`)),
  })
  const answer = await api.call("POST", "/v1/accounts", {
    raw: endless,
    headers: { "content-type": "application/json" },
  })
  expect(answer).toMatchObject({ status: 413, body: { code: "body_too_large" } })
})

function idLike(path: string): string {
  const kinds = {
    "/accounts/": "account",
    "/webhooks/": "webhook",
    "/media/": "media",
    "/deliveries/": "delivery",
    "/keys/": "apiKey",
    "/campaigns/": "campaign",
  } as const
  const kind = Object.entries(kinds).find(([part]) => path.includes(part))?.[1] ?? "account"
  return newId(kind)
}

function validCall(operation: string): CallOptions {
  if (operation === "uploadMedia") return { raw: png, headers: { "content-type": "image/png" } }
  const ofPeople = validPeopleCalls[operation]
  if (ofPeople !== undefined) return ofPeople
  if (operation === "sendMessage") return { body: text }
  if (operation === "addRecipients") return { raw: "to\n", headers: { "content-type": "text/csv" } }
  if (operation === "editMessage") return { body: { text: "x" } }
  if (operation === "reactToMessage") return { body: { emoji: "👍" } }
  if (operation === "replayEvents") return { body: { from: "2026-11-24T10:00:00Z" } }
  return { body: operation === "createWebhook" ? { url: "https://example.com", events: ["*"] } : {} }
}

function form(fields: Record<string, string>, file?: Buffer): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.append(name, value)
  if (file) data.append("file", new Blob([new Uint8Array(file)], { type: "image/png" }), "a.png")
  return data
}
