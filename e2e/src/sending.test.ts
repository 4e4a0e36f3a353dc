import { drawPicture } from "@wildcat/demo"
import { waitUntil } from "@wildcat/testkit"
import { afterAll, beforeAll, expect, test } from "vitest"
import { z } from "zod"
import { linkStage } from "./linked-stage.ts"
import type { LinkedStage } from "./linked-stage.ts"

let stage: LinkedStage
beforeAll(async () => {
  stage = await linkStage()
})
afterAll(() => stage.stop())

const Sent = z.object({ id: z.string(), waId: z.string(), status: z.string(), queue: z.looseObject({}).nullable() })
const Campaign = z.object({ id: z.string(), state: z.string(), counts: z.record(z.string(), z.number()) })
const Added = z.object({ added: z.number(), duplicates: z.number(), invalid: z.number() })

test("a scheduled message leaves at its time; one that was cancelled never does [P69]", async () => {
  const { api, simulator, contact } = stage
  const path = `/v1/accounts/${stage.account}/messages`
  const at = (ms: number) => new Date(Date.now() + ms).toISOString()
  const say = (text: string, sendAt: string) =>
    api.post(path, { to: contact.phone, content: { type: "text", text }, sendAt }, Sent)
  const sendAt = at(4_000)
  const [kept, dropped] = [await say("kept", sendAt), await say("dropped", sendAt)]
  expect(kept).toMatchObject({ status: "queued", queue: { reason: "scheduled", delayedUntil: sendAt } })
  const cancelled = await stage.fetch(`${path}/${dropped.id}`, { method: "DELETE" })
  expect([cancelled.status, Sent.parse(await cancelled.json()).status]).toEqual([200, "cancelled"])
  await simulator.waitForMessage({ contactId: contact.id, match: { messageId: kept.waId } })
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(sendAt))
  const after = await say("after", at(0))
  await simulator.waitForMessage({ contactId: contact.id, match: { messageId: after.waId } })
  const texts = (await simulator.receivedMessages({ contactId: contact.id })).map((each) => each.text)
  expect(texts).toEqual(["kept", "after"])
  expect((await stage.fetch(`${path}/${kept.id}`, { method: "DELETE" })).status).toBe(409)
})

test("a campaign from an uploaded list reaches each person with their own caption, and its outcomes are told [E6 E7 P68]", async () => {
  const { api, simulator } = stage
  const people = await Promise.all(["Ada", "Bo", "Cy"].map((name) => simulator.createContact({ name })))
  const picture = drawPicture(7)
  const created = await api.post(
    "/v1/campaigns",
    {
      account: stage.account,
      content: { type: "image", caption: "Dear {name}", media: { base64: Buffer.from(picture).toString("base64") } },
      pacing: { delaySeconds: { min: 0, max: 0 }, batch: null },
    },
    Campaign,
  )
  const path = `/v1/campaigns/${created.id}`
  const [first] = people
  const numbers = [...people.map(({ phone }) => phone), first?.phone ?? "", "+4915199999999", "12ab"]
  const body = `to,name\n${numbers.map((to, index) => `${to},Nr ${index}`).join("\n")}\n`
  const added = await stage.fetch(`${path}/recipients`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body,
  })
  expect(Added.parse(await added.json())).toEqual({ added: 4, duplicates: 1, invalid: 1 })
  expect((await stage.fetch(`${path}/start`, { method: "POST" })).status).toBe(200)
  for (const [index, { id }] of people.entries()) {
    await waitUntil("it has arrived", async () => {
      const got = await simulator.receivedMessages({ contactId: id })
      return got.length > 0
    })
    const got = await simulator.receivedMessages({ contactId: id })
    expect(got.map(({ kind, caption, copies }) => ({ kind, caption, copies }))).toEqual([
      { kind: "image", caption: `Dear Nr ${index}`, copies: 1 },
    ])
  }
  const done = await waitUntil("completed", async () => {
    const now = await api.get(path, Campaign)
    return now.state === "completed" && now
  })
  expect(done.counts).toMatchObject({ total: 4, sent: 3, failed: 1, pending: 0 })
  const lines = (await (await stage.fetch(`${path}/outcomes.csv`)).text()).trimEnd().split("\r\n")
  expect(lines).toHaveLength(5)
  expect(lines.at(-1)).toMatch(/^4915199999999@s\.whatsapp\.net,failed,msg_\w+,,not_on_whatsapp,/)
  await stage.receiver.waitFor(({ body: text }) => text.includes('"campaign.progress"') && text.includes('"completed"'))
})
