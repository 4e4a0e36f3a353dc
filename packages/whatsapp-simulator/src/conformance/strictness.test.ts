import { randomBytes } from "node:crypto"
import { once } from "node:events"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { beforeEach, expect, test } from "vitest"
import type { SimulatorClient } from "../client/index.ts"
import type { LinkedAccount } from "./link.ts"
import { startLinked } from "./start-linked.ts"

let control: SimulatorClient
let account: LinkedAccount

beforeEach(async () => {
  const linked = await startLinked({ ackDelayMs: 0 })
  ;({ control, account } = linked)
  return linked.stop
})

const iq = (attrs: Record<string, string>, content: BinaryNode[]): BinaryNode => ({
  tag: "iq",
  attrs: { to: "@s.whatsapp.net", type: "get", ...attrs },
  content,
})
const node = (tag: string, attrs: Record<string, string> = {}): BinaryNode => ({ tag, attrs })

test("a query that is not in the table is answered with 501 and counted as unknown", async () => {
  const asking = account.client.socket.query(iq({ xmlns: "w:newsletter" }, [node("coffee")]))
  await expect(asking).rejects.toMatchObject({ data: 501 })
  expect(await control.counters()).toMatchObject({ unknownStanzas: 1, malformedStanzas: 0 })
  expect(await control.refusals()).toEqual(["unknown: iq w:newsletter get coffee"])
})

test("a known query with a field too many is answered with 400 and counted as malformed", async () => {
  const asking = account.client.socket.query(iq({ xmlns: "encrypt" }, [node("count", { colour: "red" })]))
  await expect(asking).rejects.toMatchObject({ data: 400 })
  expect(await control.counters()).toMatchObject({ unknownStanzas: 0, malformedStanzas: 1 })
  expect(await control.refusals()).toEqual([
    "malformed: iq encrypt get count: iq > count has an unexpected attribute colour",
  ])
})

const strangers = [
  { stanza: node("receipt", { id: "A1", to: "1@lid", type: "smelled" }), error: "501", counted: "unknownStanzas" },
  { stanza: node("receipt", { id: "A2", type: "read" }), error: "400", counted: "malformedStanzas" },
  { stanza: node("presence", { id: "A3", to: "1@lid", type: "hidden" }), error: "501", counted: "unknownStanzas" },
  { stanza: node("notification", { id: "A4", to: "1@lid" }), error: "501", counted: "unknownStanzas" },
  { stanza: node("call", { id: "A5", to: "1@lid" }), error: "501", counted: "unknownStanzas" },
] as const

for (const { stanza, error, counted } of strangers) {
  test(`${stanza.tag} ${"type" in stanza.attrs ? stanza.attrs["type"] : ""} is refused with ${error}`, async () => {
    const refusal = once(account.client.socket.ws, `CB:ack,class:${stanza.tag}`)
    await account.client.socket.sendNode(stanza)
    const [ack]: { attrs: Record<string, string> }[] = await refusal
    expect(ack?.attrs).toMatchObject({ id: stanza.attrs["id"], error })
    expect((await control.counters())[counted]).toBe(1)
  })
}

test("a message that is none is refused with 479", async () => {
  const contact = await control.createContact({})
  const attrs = { id: "NOT-A-MESSAGE", to: contact.pn, type: "text" }
  const enc = { tag: "enc", attrs: { v: "2", type: "pkmsg" }, content: randomBytes(80) }
  const refusal = once(account.client.socket.ws, "CB:ack,class:message")
  await account.client.socket.sendNode({ tag: "message", attrs, content: [enc] })
  const [ack]: { attrs: Record<string, string> }[] = await refusal
  expect(ack?.attrs).toMatchObject({ id: "NOT-A-MESSAGE", error: "479" })
  expect((await control.counters()).malformedStanzas).toBe(1)
  expect(await control.queue({ phoneId: account.phone.id })).toEqual([])
})
