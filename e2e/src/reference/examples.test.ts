import { drawPicture } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { linkStage } from "../linked-stage.ts"
import type { LinkedStage } from "../linked-stage.ts"
import { readReference } from "./reference.ts"
import type { Example, Reference } from "./reference.ts"

const Id = z.object({ id: z.string() })
const Page = z.object({ items: z.array(z.looseObject({ id: z.string(), waId: z.string().optional() })) })
/** Whom the examples write to. */
const phone = "+49 151 12345678"
const picture = drawPicture(7)

let stage: LinkedStage
let reference: Reference
/** What stands in a path or an example → what there really is. */
let real: Record<string, string>

beforeAll(async () => {
  stage = await linkStage()
  reference = await readReference(stage.stack.apiUrl)
  real = await prepare()
})
afterAll(() => stage.stop())

test("every example of the reference does what it says, and its answer is as described [P72]", async () => {
  const complaints: string[] = []
  for (const example of reference.examples) complaints.push(...(await complaintsOf(example)))
  expect(complaints).toEqual([])
  expect(reference.examples.length).toBeGreaterThan(25)
})

test("everything that can be read is as described", async () => {
  const endless = new Set(["streamEvents"])
  const complaints: string[] = []
  for (const read of reference.reads.filter(({ operation }) => !endless.has(operation))) {
    const answer = await call(read)
    const complaint = reference.complaintOf(read, answer)
    const isRefused = answer.status >= 400 && ![404, 409].includes(answer.status)
    if (complaint !== null || isRefused) complaints.push(told(read, answer, complaint))
  }
  expect(complaints).toEqual([])
})

async function complaintsOf(example: Example): Promise<string[]> {
  const answer = await call(example)
  const complaint = reference.complaintOf(example, answer)
  return answer.status >= 300 || complaint !== null ? [told(example, answer, complaint)] : []
}

function told(example: Example, answer: { status: number; body: unknown }, complaint: string | null): string {
  const { operation, name } = example
  return `${operation} ${name}: ${answer.status} ${JSON.stringify(answer.body)?.slice(0, 300)} ${complaint ?? ""}`
}

async function call(example: Example) {
  const path = example.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(paramOf(example, name)))
  const response = await stage.fetch(path, {
    method: example.method.toUpperCase(),
    ...(example.contentType === "application/json" ? { headers: { "content-type": "application/json" } } : {}),
    redirect: "manual",
    signal: AbortSignal.timeout(60_000),
    ...(example.contentType === undefined ? {} : { body: bodyOf(example) }),
  })
  const contentType = response.headers.get("content-type")
  const text = await response.text()
  const body: unknown = contentType?.includes("json") ? JSON.parse(text) : null
  return { status: response.status, contentType, body }
}

function bodyOf({ body, contentType, name }: Example): string | FormData {
  const text = filled(body, name)
  if (contentType === "application/json") return text
  const form = new FormData()
  const { file: _file, ...fields } = z.looseObject({}).parse(JSON.parse(text))
  for (const [field, value] of Object.entries(fields)) {
    form.append(field, typeof value === "string" ? value : JSON.stringify(value))
  }
  form.append("file", new Blob([new Uint8Array(picture)], { type: "image/png" }), "picture.png")
  return form
}

/** The example with ids of things that there are: an edit is of an own message, a vote in a poll. */
function filled(body: unknown, name: string): string {
  const message = real[name] ?? real["messageId"] ?? ""
  return JSON.stringify(body)
    .replaceAll(/msg_01JDGZ8Q4W0+/g, message)
    .replaceAll(/acc_01JDGZ8Q4W0+/g, stage.account)
    .replaceAll(/med_01JDGZ8Q4W0+/g, real["media"] ?? "")
}

function paramOf({ operation, path }: Example, name: string): string {
  const kind = /^\/v1\/([a-z-]+)\/\{id\}/.exec(path)?.[1]
  const own = new Set(["editMessage", "listReceipts"])
  if (name === "messageId" && own.has(operation)) return real["edit"] ?? ""
  if (name === "messageId" && operation === "getPoll") return real["vote"] ?? ""
  const value = name === "id" && kind !== undefined ? real[kind] : real[name]
  if (value === undefined) throw new Error(`${operation}: nothing is known for {${name}}`)
  return value
}

/** One of each thing that calls name. */
async function prepare(): Promise<Record<string, string>> {
  const { api, simulator, account } = stage
  const contact = await simulator.createContact({ name: "Ada", phone: phone.replaceAll(/\D/g, "") })
  const messages = `/v1/accounts/${account}/messages`
  const send = (content: object) => api.post(messages, { to: phone, content }, Id)
  const received = await simulator.sendText({ from: contact.id, to: stage.phone, text: "Is this available?" })
  const message = await waitUntil("the message", async () => {
    const { items } = await api.get(messages, Page)
    return items.find(({ waId }) => waId === received.messageId)
  })
  const Created = z.looseObject({ group: Id })
  const { group } = await api.post(`/v1/accounts/${account}/groups`, { subject: "Climbing", people: [phone] }, Created)
  const Invite = z.object({ code: z.string() })
  const invite = await api.get(`/v1/accounts/${account}/groups/${group.id}/invite`, Invite)
  const base64 = Buffer.from(picture).toString("base64")
  const image = z.looseObject({ media: z.looseObject({ id: z.string() }) })
  const sent = await api.post(messages, { to: phone, content: { type: "image", media: { base64 } } }, image)
  const webhook = await api.post("/v1/webhooks", { url: "https://example.com/x", events: ["*"] }, Id)
  const key = await api.post("/v1/keys", { name: "x", scopes: ["read"] }, Id)
  const content = { type: "text", text: "Hello {name}" }
  const campaign = await api.post("/v1/campaigns", { account, name: "Spring", content }, Id)
  const delivery = await waitUntil("a delivery", async () => (await api.get("/v1/deliveries", Page)).items[0])
  const workers = await api.get("/v1/workers", Page)
  return {
    accounts: account,
    webhooks: webhook.id,
    keys: key.id,
    campaigns: campaign.id,
    deliveries: delivery.id,
    workers: workers.items[0]?.id ?? "",
    media: sent.media.id,
    messageId: message.id,
    edit: (await send({ type: "text", text: "Helo" })).id,
    delete: (await send({ type: "text", text: "Wrong chat" })).id,
    vote: (await send({ type: "poll", question: "When?", options: ["Friday", "Saturday"] })).id,
    group: group.id,
    code: invite.code,
    chat: phone,
    person: phone,
  }
}
