import { newId } from "@wildcat/shared/contracts"
import type { CommandRequest } from "@wildcat/shared/contracts"
import type { AccountDoc } from "@wildcat/shared/store"
import { afterAll, beforeAll, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
let account: AccountDoc
beforeAll(async () => {
  api = await startTestApi()
  account = await api.makeAccount()
})
afterAll(() => api.stop())

const hello = { type: "text", text: "Hello {name}, {{really}}" }
const create = (more: object = {}) =>
  api.call("POST", "/v1/campaigns", { body: { account: account._id, content: hello, ...more } })
const upload = (id: string, raw: string, type = "application/x-ndjson", headers = {}) =>
  api.call("POST", `/v1/campaigns/${id}/recipients`, { raw, headers: { "content-type": type, ...headers } })
const line = (to: string, name: string) => `${JSON.stringify({ to, variables: { name } })}\n`

test("a recipient without a variable that the content needs is refused by its index", async () => {
  const recipients = [
    { to: "+4915112345001", variables: { name: "Ada" } },
    { to: "+4915112345002", variables: { nickname: "Bo" } },
  ]
  const refused = await create({ recipients })
  expect(refused).toMatchObject({
    status: 400,
    body: { code: "invalid_request", field: "recipients.1.variables.name" },
  })
  const wrong = await create({ recipients: [{ to: "nobody", variables: { name: "x" } }] })
  expect(wrong).toMatchObject({ status: 400, body: { field: "recipients.0.to" } })
})

test("a template with a brace that belongs to nothing is refused", async () => {
  for (const text of ["Hello {name", "a } b", "{first name}", "{}"]) {
    expect(await create({ content: { type: "text", text } })).toMatchObject({
      status: 400,
      body: { field: "content.text" },
    })
  }
})

test("of an upload good lines are added, repeated numbers counted, bad lines told by their number", async () => {
  const { body: campaign } = await create()
  const first = await upload(
    campaign.id,
    [
      line("+49 151 12345001", "Ada"),
      "{\n",
      line("12ab", "Bo"),
      "\n",
      line("004915112345001", "Ada again"),
      '{"to":"+4915112345003"}\n',
      `${JSON.stringify({ to: "+4915112345004", variables: { name: 4 }, surprise: 1 })}\n`,
      line("+4915112345005", "Eve").trimEnd(),
    ].join(""),
  )
  expect(first).toMatchObject({ status: 200, body: { added: 2, duplicates: 1, invalid: 4 } })
  expect(first.body.errors.map((each: { line: number; field: string }) => [each.line, each.field])).toEqual([
    [2, "line"],
    [3, "to"],
    [6, "variables.name"],
    [7, "surprise"],
  ])
  const csv =
    '\ufeffto,name\r\n+4915112345001,Ada\r\n+4915112345006,"Fay, ""the"" second"\r\nx,Guy\r\n+4915112345007\r\n'
  const second = await upload(campaign.id, csv, "text/csv")
  expect(second.body).toMatchObject({ added: 1, duplicates: 1, invalid: 2 })
  expect(second.body.errors.map((each: { line: number }) => each.line)).toEqual([4, 5])
  const all = await api.call("GET", `/v1/campaigns/${campaign.id}/recipients`)
  expect(all.body.items.map((each: { to: { pn: string }; variables: object }) => [each.to.pn, each.variables])).toEqual(
    [
      ["4915112345001@s.whatsapp.net", { name: "Ada" }],
      ["4915112345005@s.whatsapp.net", { name: "Eve" }],
      ["4915112345006@s.whatsapp.net", { name: 'Fay, "the" second' }],
    ],
  )
  expect((await api.call("GET", `/v1/campaigns/${campaign.id}`)).body.counts).toMatchObject({ total: 3, pending: 3 })
})

// A hundred thousand take the same way and five times as long (see docs/sending.md).
test("20,000 recipients are taken in one upload, and again without any twice", async () => {
  const { body: campaign } = await create({ content: { type: "text", text: "Hello" } })
  const numbers = Array.from({ length: 20_000 }, (_, index) => `+491${String(500_000_000 + index)}`)
  const raw = numbers.map((to) => `{"to":"${to}"}\n`).join("")
  const added = await upload(campaign.id, raw, undefined, { "idempotency-key": "all" })
  expect(added).toMatchObject({ status: 200, body: { added: 20_000, duplicates: 0, invalid: 0 } })
  expect((await upload(campaign.id, raw, undefined, { "idempotency-key": "all" })).body).toEqual(added.body)
  expect((await api.call("GET", `/v1/campaigns/${campaign.id}`)).body.counts.total).toBe(20_000)
  const outcomes = await api.request("GET", `/v1/campaigns/${campaign.id}/outcomes.csv`)
  expect(outcomes.headers.get("content-type")).toContain("text/csv")
  expect((await outcomes.text()).trimEnd().split("\r\n")).toHaveLength(20_001)
})

test("a campaign moves from state to state as its owner is told, and not otherwise", async () => {
  const looked: CommandRequest<"campaign.look">[] = []
  const worker = await api.serve(account._id, {
    "campaign.look": async (request) => {
      looked.push(request)
      return {}
    },
  })
  const { body: campaign } = await create({ recipients: [{ to: "+4915112345001", variables: { name: "Ada" } }] })
  const move = (verb: string) => api.call("POST", `/v1/campaigns/${campaign.id}/${verb}`)
  expect(await move("pause")).toMatchObject({ status: 409, body: { code: "conflict" } })
  expect(await move("start")).toMatchObject({ status: 200, body: { state: "running" } })
  expect(await move("start")).toMatchObject({ status: 200, body: { state: "running" } })
  expect(await move("pause")).toMatchObject({ status: 200, body: { state: "paused" } })
  expect(await move("resume")).toMatchObject({ status: 200, body: { state: "running" } })
  worker.stop()
  await api.bus.connection.flush()
  expect(await move("cancel")).toMatchObject({ status: 202, body: { state: "cancelled", counts: { cancelled: 1 } } })
  expect(await move("resume")).toMatchObject({ status: 409 })
  expect(looked).toHaveLength(4)
  expect(await upload(campaign.id, line("+4915112345009", "x"))).toMatchObject({ status: 409 })
})

test("another tenant's campaign, and one of another account for a key that is bound, is not found", async () => {
  const { body: campaign } = await create()
  const other = await api.makeKey({ tenant: newId("tenant") })
  const bound = await api.makeKey({ account: (await api.makeAccount())._id })
  for (const key of [other, bound]) {
    expect(await api.call("GET", `/v1/campaigns/${campaign.id}`, { key })).toMatchObject({ status: 404 })
    expect((await api.call("GET", "/v1/campaigns", { key })).body.items).toEqual([])
  }
})
