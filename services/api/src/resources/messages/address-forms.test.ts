import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startTestApi } from "../../testing/test-api.ts"
import type { TestApi } from "../../testing/test-api.ts"

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.stop())

const number = "4915112345678@s.whatsapp.net"
const lid = "98765432101234@lid"
const group = "120363000000000001@g.us"

/** Every form in which a person or a group may be named, and what all answers call it. */
const forms: readonly (readonly [form: string, jid: string])[] = [
  ["4915112345678", number],
  ["+4915112345678", number],
  ["004915112345678", number],
  ["+49 151 1234-5678", number],
  ["+49 (151) 123.45678", number],
  ["  +49 151 12345678 ", number],
  ["4915112345678@c.us", number],
  ["4915112345678@s.whatsapp.net", number],
  ["4915112345678@S.WhatsApp.Net", number],
  ["98765432101234@lid", lid],
  ["120363000000000001@g.us", group],
  ["4915112345678-1400000000@g.us", "4915112345678-1400000000@g.us"],
]

const misunderstood = [
  "",
  "0151 12345678",
  "123",
  "hello",
  "4915112345678@example.com",
  "49151123456789012",
  "@lid",
  "+",
]

const send = async (to: string) => {
  const account = await api.makeAccount({ status: "disconnected" })
  const body = { to, content: { type: "text", text: "x" } }
  return { account, answer: await api.call("POST", `/v1/accounts/${account._id}/messages?wait=false`, { body }) }
}

describe.each(forms)("%j", (form, jid) => {
  test(`is ${jid} to a send, and finds it again`, async () => {
    const { account, answer } = await send(form)
    expect(answer).toMatchObject({ status: 202, body: { chat: { jid } } })
    const query = new URLSearchParams({ chat: form }).toString()
    const found = await api.call("GET", `/v1/accounts/${account._id}/messages?${query}`)
    expect(found.body.items).toMatchObject([{ id: answer.body.id, chat: { jid } }])
  })
})

test.each(misunderstood)("%j is nobody, and the field is named", async (form) => {
  expect((await send(form)).answer).toMatchObject({ status: 400, body: { code: "invalid_request", field: "to" } })
})
