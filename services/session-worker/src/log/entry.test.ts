import { Binary } from "mongodb"
import { messageId, newId } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import type { MessageDoc } from "@wildcat/shared/store"
import { expect, test } from "vitest"
import { emptyEntry, openEntry, rowId, sealEntry } from "./entry.ts"

const box = createSecretBox("11".repeat(32))

test("an entry comes back from the log as it was staged, with its raw messages as BSON binaries", () => {
  const [account, tenant] = [newId("account"), newId("tenant")]
  const raw = new Binary(Buffer.from("a sealed protobuf"))
  const message: MessageDoc = {
    _id: messageId({ account, chat: "1@lid", author: "1@lid", waId: "3EB0", fromMe: false }),
    tenant,
    account,
    waId: "3EB0",
    chat: { jid: "1@lid", kind: "direct", pn: null, lid: "1@lid" },
    author: { pn: null, lid: "1@lid" },
    authorName: null,
    fromMe: false,
    source: "contact",
    timestamp: new Date(),
    content: { type: "text", text: "hello" },
    media: null,
    quoted: null,
    mentions: [],
    status: null,
    timeline: [],
    error: null,
    raw,
    createdAt: new Date(),
  }
  const id = rowId(account, 7)
  const [restored] = openEntry(sealEntry({ ...emptyEntry(), messages: [message] }, id, box), id, box).messages
  expect(restored).toEqual(message)
  expect(restored?.raw).toBeInstanceOf(Binary)
  expect(restored?.raw?.value()).toEqual(raw.value())
  expect(() => openEntry(sealEntry(emptyEntry(), id, box), rowId(account, 8), box)).toThrow(/./)
})
