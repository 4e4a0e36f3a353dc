import { connect } from "node:net"
import { newId } from "@wildcat/shared/contracts"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { encodeEventCursor } from "../events/event-cursor.ts"
import { connectEvents, joined } from "../testing/event-client.ts"
import type { EventClient } from "../testing/event-client.ts"
import { publishStatus } from "../testing/publish-status.ts"
import { startTestApi } from "../testing/test-api.ts"
import type { TestApi } from "../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

/** The answer to an upgrade that is refused. */
async function refused(query: string, headers: Record<string, string>) {
  const socket = connect(Number(new URL(api.url).port), "127.0.0.1")
  const lines = Object.entries({ ...upgrade, ...headers }).map(([name, value]) => `${name}: ${value}`)
  socket.write(`GET /v1/events${query} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`)
  let text = ""
  for await (const chunk of socket) text += String(chunk)
  return { status: Number(text.slice(9, 12)), problem: JSON.parse(text.slice(text.indexOf("\r\n\r\n"))) }
}
const upgrade = {
  host: "x",
  connection: "Upgrade",
  upgrade: "websocket",
  "sec-websocket-version": "13",
  "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==",
}

const ways: [how: string, connectIt: (key: string) => Promise<EventClient>][] = [
  ["a header", (key) => connectEvents(api.url, { key })],
  [
    "the protocol, as browsers can",
    (key) => connectEvents(api.url, { protocols: ["wildcat.events.v1", `key.${key}`] }),
  ],
  ["the first message", (key) => connectEvents(api.url, { say: { key } })],
]
test.each(ways)(
  "with the key in %s a client gets its tenant's events, and none of another's",
  async (_how, connectIt) => {
    const [account, other] = [await api.makeAccount(), await api.makeAccount({ tenant: newId("tenant") })]
    const client = await connectIt(api.adminKey)
    await joined(client)
    await publishStatus(api, other)
    const event = await publishStatus(api, account)
    await waitUntil("it arrived", () => client.ids().length > 0)
    const got = client.messages.filter(({ kind }) => kind === "event")
    expect(got).toEqual([{ kind: "event", cursor: expect.any(String), event }])
    expect(client.socket.protocol).not.toContain(api.adminKey)
    client.close()
    await client.closed
  },
)

test("a client that comes back with its cursor misses and doubles nothing; types are filtered", async () => {
  const account = await api.makeAccount()
  const first = await connectEvents(api.url, { key: api.adminKey, query: "?types=account.status" })
  await joined(first)
  const expected = [(await publishStatus(api, account)).id]
  await waitUntil("the first arrived", () => first.ids().length === 1)
  first.socket.terminate()
  for (let index = 0; index < 50; index += 1) {
    expected.push((await publishStatus(api, account)).id)
    await publishStatus(api, account, { type: "media.stored" })
  }
  const query = `?types=account.status&after=${first.cursor()}`
  const again = await connectEvents(api.url, { key: api.adminKey, query })
  await waitUntil("the rest arrived", () => again.ids().length >= 50)
  expect([...first.ids(), ...again.ids()]).toEqual(expected)
  again.close()
})

test("what HTTP refuses is refused before the upgrade, as a problem naming the field", async () => {
  const key = { "x-api-key": api.adminKey }
  const expired = encodeEventCursor({ log: 1, sequence: 1 })
  const rows: [query: string, headers: Record<string, string>, status: number, field?: string][] = [
    ["?after=abc", key, 400, "query.after"],
    ["?types=message.eaten", key, 400, "query.types"],
    ["?account=x", key, 400, "query.account"],
    [`?account=${newId("account")}`, key, 404, "query.account"],
    [`?key=${api.adminKey}`, {}, 400, "query.key"],
    [`?after=${expired}`, key, 410, "query.after"],
    ["/more", key, 404, "path"],
    ["", { "x-api-key": "wc_x" }, 401, "header.x-api-key"],
    ["", { "x-api-key": await api.makeKey({ scopes: ["messages"] }) }, 403],
    ["", { ...key, "sec-websocket-protocol": "chat" }, 400, "header.sec-websocket-protocol"],
  ]
  for (const [query, headers, status, field] of rows) {
    const answer = await refused(query, headers)
    expect(answer).toMatchObject({ status, problem: { status, ...(field ? { field } : {}) } })
  }
})

test("a first message that is no key is told so and closed; so is a key in it that is wrong", async () => {
  for (const say of [{ key: "wc_x" }, { hello: 1 }, "x"]) {
    const client = await connectEvents(api.url, { say })
    expect((await client.closed).code).toBe(4401)
    expect(client.messages).toMatchObject([{ kind: "problem", problem: { code: "unauthorized" } }])
  }
  const long = await connectEvents(api.url, { say: { key: "x".repeat(5_000) } })
  expect((await long.closed).code).toBe(1009)
})

test("an expired cursor is told with the oldest one when the key came in the first message", async () => {
  const query = `?after=${encodeEventCursor({ log: 1, sequence: 1 })}`
  const client = await connectEvents(api.url, { query, say: { key: api.adminKey } })
  expect((await client.closed).code).toBe(4410)
  const problem = { code: "events_expired", oldestCursor: expect.any(String) }
  expect(client.messages).toMatchObject([{ kind: "problem", problem }])
})

test("a stop tells clients where to go on", async () => {
  const own = await startTestApi()
  const account = await own.makeAccount()
  const [client, silent] = [await connectEvents(own.url, { key: own.adminKey }), await connectEvents(own.url)]
  await joined(client)
  await publishStatus(own, account)
  await waitUntil("it arrived", () => client.ids().length === 1)
  const after = client.cursor()
  await own.stop()
  expect([(await client.closed).code, (await silent.closed).code]).toEqual([1001, 1001])
  expect(client.messages.at(-1)).toEqual({ kind: "closing", reason: "stopping", after })
})

test("revoking the key ends the stream", async () => {
  const key = await api.makeKey({ scopes: ["events"] })
  const client = await connectEvents(api.url, { key })
  await joined(client)
  expect((await api.call("DELETE", `/v1/keys/key_${key.slice(3, 29)}`)).status).toBe(204)
  expect((await client.closed).code).toBe(4401)
})
