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

const anything = z.looseObject({})
const Items = z.object({ items: z.array(anything), nextCursor: z.string().nullable() })
const path = (rest: string) => `/v1/accounts/${stage.account}/${rest}`

async function change(method: string, rest: string, body?: object) {
  const json = body && { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }
  const response = await stage.fetch(path(rest), { method, ...json })
  const text = await response.text()
  return { status: response.status, body: anything.parse(text === "" ? {} : JSON.parse(text)) }
}

test("chats are listed with their last message, and one chat's messages by time under each of its names [A18]", async () => {
  const { api, simulator, phone } = stage
  const [ada, bob] = [
    await simulator.createContact({ name: "Ada" }),
    await simulator.createContact({ addressing: "pn" }),
  ]
  for (const text of ["one", "two"]) await simulator.sendText({ from: ada.id, to: phone, text })
  await simulator.sendText({ from: bob.id, to: phone, text: "three" })
  const mine = (pn: string) => ({ chat: { kind: "direct", pn, lid: expect.any(String) } })
  const chatOf = (pn: string, fits: object) =>
    waitUntil("the chat", async () => {
      const { items } = await api.get(path("chats"), Items)
      const found = items.filter((item) => JSON.stringify(item["chat"]).includes(pn))
      expect(found).toMatchObject([{ ...mine(pn), ...fits }])
      return true
    })
  await chatOf(ada.pn, { pushName: "Ada", unread: 2, lastMessage: { content: { type: "text", text: "two" } } })
  await chatOf(bob.pn, { unread: 1, lastMessage: { content: { text: "three" }, author: { pn: bob.pn, lid: bob.lid } } })
  for (const name of [ada.pn, ada.lid, `%2B${ada.phone}`]) {
    const { items } = await api.get(path(`messages?chat=${name}`), Items)
    // Both may be of the same second, which is as exact as WhatsApp is.
    expect(items.map((item) => JSON.stringify(item["content"])).toSorted()).toEqual([
      '{"type":"text","text":"one"}',
      '{"type":"text","text":"two"}',
    ])
    expect(await api.get(path(`chats/${name}`), anything)).toMatchObject({ unread: 2, ...mine(ada.pn) })
  }
})

test("a chat is changed, read, cleared and deleted through the API, as the phone has it", async () => {
  const { api, simulator, phone } = stage
  const eve = await simulator.createContact({ name: "Eve" })
  const { messageId } = await simulator.sendText({ from: eve.id, to: phone, text: "psst" })
  const chat = `chats/${eve.lid}`
  await waitUntil("the chat", async () => (await change("GET", chat)).status === 200)
  const changed = await change("PATCH", chat, { archived: true, muted: true, read: true, ephemeralSeconds: 604_800 })
  expect(changed).toMatchObject({
    status: 200,
    body: { archived: true, mutedUntil: "9999-12-31T23:59:59.000Z", unread: 0, ephemeralSeconds: 604_800 },
  })
  await simulator.waitForReceipt({ messageId, type: "read" })
  const phoneOf = (await simulator.phones()).find((each) => each.phone === phone)
  const truth = async () =>
    (await simulator.chatsOfPhone({ phoneId: phoneOf?.id ?? "" })).find(({ jid }) => jid === eve.lid)
  expect(await truth()).toMatchObject({ archived: true, mutedUntil: -1 })
  const { items } = await api.get(path(`messages?chat=${eve.lid}`), Items)
  const message = `messages/${String(items[0]?.["id"])}`
  expect((await change("PUT", `${message}/star`)).status).toBe(204)
  expect(await truth()).toMatchObject({ starred: [messageId] })
  expect(await change("GET", message)).toMatchObject({ body: { starred: true, deletedForMe: false } })
  expect(await change("DELETE", `${message}?for=me`)).toMatchObject({ status: 200, body: { deletedForMe: true } })
  expect(await truth()).toMatchObject({ deletedForMe: [messageId] })
  expect(await change("POST", `${chat}/clear`)).toMatchObject({ status: 200, body: { lastMessage: null } })
  expect((await change("DELETE", chat)).status).toBe(204)
  expect(await truth()).toMatchObject({ cleared: true, deleted: true })
  expect((await change("GET", chat)).status).toBe(404)
})
