import { Binary } from "mongodb"
import { newId } from "@wildcat/shared/contracts"
import { createSecretBox } from "@wildcat/shared/runtime"
import { contactMessage } from "@wildcat/shared/testing"
import { expect, test } from "vitest"
import { emptyEntry, openEntry, rowId, sealEntry } from "./entry.ts"

const box = createSecretBox("11".repeat(32))

test("an entry comes back from the log as it was staged, with its raw messages as BSON binaries", () => {
  const account = newId("account")
  const raw = new Binary(Buffer.from("a sealed protobuf"))
  const message = contactMessage({ tenant: newId("tenant"), account }, { raw })
  const id = rowId(account, 7)
  const [restored] = openEntry(sealEntry({ ...emptyEntry(), messages: [message] }, id, box), id, box).messages
  expect(restored).toEqual(message)
  expect(restored?.raw).toBeInstanceOf(Binary)
  expect(restored?.raw?.value()).toEqual(raw.value())
  expect(() => openEntry(sealEntry(emptyEntry(), id, box), rowId(account, 8), box)).toThrow(/./)
})
