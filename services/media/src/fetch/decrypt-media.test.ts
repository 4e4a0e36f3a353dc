import { randomBytes } from "node:crypto"
import { expect, test } from "vitest"
import { encryptMedia } from "../testing/encrypted-media.ts"
import { decryptMedia } from "./decrypt-media.ts"

const media = encryptMedia(randomBytes(1_000))
const reference = { ...media.fields, keyInfo: "WhatsApp Image Keys" }

async function* cut(bytes: Buffer, size: (index: number) => number): AsyncGenerator<Buffer> {
  for (let at = 0, index = 0; at < bytes.length; at += size(index), index += 1) {
    yield bytes.subarray(at, at + size(index))
  }
}

async function decrypted(body: Buffer, size: (index: number) => number): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of decryptMedia(cut(body, size), reference)) parts.push(part)
  return Buffer.concat(parts)
}

test.each<[string, (index: number) => number]>([
  ["bytes", () => 1],
  ["pieces shorter than the MAC", () => 7],
  ["pieces as long as the MAC", () => 10],
  ["pieces a little longer", () => 11],
  ["long and short ones by turns", (index) => (index % 2 === 0 ? 100 : 3)],
  ["one piece", () => 10_000],
])("a file that arrives in %s is the same", async (_case, size) => {
  expect((await decrypted(media.body, size)).equals(media.plain)).toBe(true)
})

test("however it is cut, a change at any place is seen", async () => {
  for (let at = 0; at < media.body.length; at += 37) {
    const body = Buffer.from(media.body)
    body.writeUInt8(body.readUInt8(at) ^ 0x80, at)
    await expect(decrypted(body, (index) => 1 + (index % 13))).rejects.toMatchObject({
      code: "ciphertext_hash_mismatch",
    })
  }
})
