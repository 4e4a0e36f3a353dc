import { describe, expect, test } from "vitest"
import { proto } from "@whiskeysockets/baileys"
import type { BinaryNode } from "@whiskeysockets/baileys"
import { eventBytesMax } from "@wildcat/shared/contracts"
import { createSecretBox, mediaLinkOpens } from "@wildcat/shared/runtime"
import { readContent } from "./content.ts"
import { readEnvelope } from "./envelope.ts"
import type { Viewpoint } from "./envelope.ts"
import { messageChange } from "./message.ts"
import { advance } from "./own-messages.ts"
import { readReceipt } from "./receipt.ts"

const me = { pn: "4911111111@s.whatsapp.net", lid: "1111111@lid" }
const names = {
  lidOf: (pn: string) => (pn === "4922222222" ? "2222222" : undefined),
  pnOf: (lid: string) => (lid === "2222222" ? "4922222222" : undefined),
}
const view: Viewpoint = { account: "acc_1", me, names }
const ann = { pn: "4922222222@s.whatsapp.net", lid: "2222222@lid" }
const stanza = (tag: string, attrs: Record<string, string>): BinaryNode => ({ tag, attrs })

describe("who says it where", () => {
  test("a person is one, whether addressed by number or by LID", () => {
    const byPn = readEnvelope(stanza("message", { id: "A", from: ann.pn, t: "1700000000" }), view)
    const byLid = readEnvelope(stanza("message", { id: "A", from: "2222222:3@lid", t: "1700000000" }), view)
    expect(byPn.id).toBe(byLid.id)
    for (const envelope of [byPn, byLid]) {
      expect(envelope).toMatchObject({ author: ann, chat: { kind: "direct", jid: ann.pn, ...ann }, source: "contact" })
    }
  })

  test("the alias in the stanza is believed when nothing was learned yet", () => {
    const attrs = { id: "A", from: "3333333@lid", sender_pn: "4933333333@s.whatsapp.net" }
    expect(readEnvelope(stanza("message", attrs), view).author).toEqual({
      pn: "4933333333@s.whatsapp.net",
      lid: "3333333@lid",
    })
  })

  test("the own phone and other own devices are told apart", () => {
    const from = (jid: string) => readEnvelope(stanza("message", { id: "A", from: jid, recipient: ann.pn }), view)
    expect(from("4911111111@s.whatsapp.net")).toMatchObject({ fromMe: true, source: "phone", chat: ann })
    expect(from("4911111111:7@s.whatsapp.net")).toMatchObject({ fromMe: true, source: "device" })
  })

  test("in a group the participant is the author and the group the chat", () => {
    const attrs = { id: "A", from: "123-456@g.us", participant: ann.lid }
    expect(readEnvelope(stanza("message", attrs), view)).toMatchObject({
      author: ann,
      chat: { kind: "group", jid: "123-456@g.us", pn: null, lid: null },
    })
  })
})

describe("what it says", () => {
  test("text is read from both of its forms", () => {
    expect(readContent({ conversation: "a" })?.content).toEqual({ type: "text", text: "a" })
    expect(readContent({ extendedTextMessage: { text: "b" } })?.content).toEqual({ type: "text", text: "b" })
    expect(readContent({ ephemeralMessage: { message: { conversation: "c" } } })?.content).toEqual({
      type: "text",
      text: "c",
    })
  })

  test("a kind that is not interpreted is named, not lost", () => {
    expect(readContent({ callLogMesssage: {} })?.content).toEqual({
      type: "unsupported",
      kind: "callLogMesssage",
    })
    const revoke = { protocolMessage: { type: proto.Message.ProtocolMessage.Type.REVOKE } }
    expect(readContent(revoke)?.content).toEqual({ type: "unsupported", kind: "protocolMessage.REVOKE" })
    expect(readContent({})?.content).toEqual({ type: "unsupported", kind: "unreadable" })
  })

  test("a message that only carries keys is none", () => {
    expect(readContent({ senderKeyDistributionMessage: { groupId: "1@g.us" } })).toBeNull()
  })
})

describe("the change that a message makes", () => {
  const box = createSecretBox("ab".repeat(32))
  const context = { ...view, tenant: "ten_1", box, publicUrl: "https://gateway.test", mediaLinkDays: 7 }
  const envelope = readEnvelope(stanza("message", { id: "A", from: ann.pn, t: "1700000000", notify: "Ann" }), view)

  test("its event fits the limit, however long the text and however many the mentions", () => {
    const mentionedJid = Array.from({ length: 2_000 }, (_, index) => `49${1_000_000_000 + index}@s.whatsapp.net`)
    const message = { extendedTextMessage: { text: "\u0001€".repeat(32_768), contextInfo: { mentionedJid } } }
    const change = messageChange(envelope, message, context)
    const [event] = change.events ?? []
    expect(JSON.stringify(event).length).toBeLessThan(eventBytesMax - 1_000)
    expect(change.messages?.[0]?.mentions).toHaveLength(2_000)
    expect(change.messages?.[0]?.content).toEqual({ type: "text", text: message.extendedTextMessage.text })
  })

  test("the raw message is sealed for its row, and the media link opens", () => {
    const message = {
      imageMessage: { caption: "look", mimetype: "image/png", fileLength: 9, fileSha256: Buffer.alloc(32, 1) },
    }
    const change = messageChange(envelope, message, context)
    const [row] = change.messages ?? []
    const media = row?.media
    expect(media).toMatchObject({ bytes: 9, sha256: "01".repeat(32), status: "pending" })
    expect(
      proto.Message.decode(box.open(row?.raw?.buffer ?? Buffer.alloc(0), `message:${row?._id}`)).imageMessage?.caption,
    ).toBe("look")
    const query = new URL(media?.url ?? "").searchParams
    const link = {
      media: media?.id ?? "",
      expires: query.get("expires") ?? "",
      signature: query.get("signature") ?? "",
    }
    expect(mediaLinkOpens({ ...link, now: new Date() }, box)).toBe(true)
    expect(change.tasks).toMatchObject([{ message: row?._id, media: media?.id, event: change.events?.[0]?.id }])
  })

  test("the same message makes the same ids, so that a repeated event is recognised", () => {
    const [one, two] = [
      messageChange(envelope, { conversation: "a" }, context),
      messageChange(envelope, { conversation: "a" }, context),
    ]
    expect(one.events?.[0]?.id).toBe(two.events?.[0]?.id)
  })
})

describe("receipts", () => {
  const receipt = (attrs: Record<string, string>) =>
    readReceipt(stanza("receipt", { id: "A", t: "1700000000", ...attrs }), view)

  test("say how far a message has come, in groups by whom", () => {
    expect(receipt({ from: ann.lid })?.step).toMatchObject({ status: "delivered", recipient: null })
    expect(receipt({ from: ann.lid, type: "read" })?.step.status).toBe("read")
    expect(receipt({ from: "1@g.us", participant: ann.lid, type: "played" })?.step).toMatchObject({
      status: "played",
      recipient: ann,
    })
  })

  test("of own devices, of retries and about messages of others say nothing", () => {
    expect(receipt({ from: me.pn, type: "read" })).toBeNull()
    expect(receipt({ from: ann.lid, type: "retry" })).toBeNull()
    expect(receipt({ from: ann.lid, type: "server-error" })).toBeNull()
    expect(receipt({ from: ann.lid, recipient: ann.lid })).toBeNull()
  })

  test("list further messages in a child", () => {
    const items = ["B", "C"].map((id) => ({ tag: "item", attrs: { id } }))
    const node: BinaryNode = {
      tag: "receipt",
      attrs: { id: "A", from: ann.lid },
      content: [{ tag: "list", attrs: {}, content: items }],
    }
    expect(readReceipt(node, view)?.waIds).toEqual(["A", "B", "C"])
  })
})

test("a late receipt never takes a message back", () => {
  const message = {
    id: "msg_1",
    waId: "A",
    chat: { jid: ann.pn, kind: "direct" as const, ...ann },
    status: "server_ack" as const,
    reached: new Map(),
  }
  const step = (status: "delivered" | "read") =>
    advance(message, { status, at: "2026-01-01T00:00:00.000Z", recipient: null })
  expect(step("read")?.status).toBe("read")
  expect(step("delivered")).toBeNull()
  expect(step("read")).toBeNull()
})
