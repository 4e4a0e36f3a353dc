/** Signatures of the image formats that WhatsApp shows, at their offset. */
const signatures: readonly { mimetype: string; offset: number; bytes: Buffer }[] = [
  { mimetype: "image/jpeg", offset: 0, bytes: Buffer.from([0xff, 0xd8, 0xff]) },
  { mimetype: "image/png", offset: 0, bytes: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
  { mimetype: "image/gif", offset: 0, bytes: Buffer.from("GIF8") },
  { mimetype: "image/webp", offset: 8, bytes: Buffer.from("WEBP") },
]

/** Number of bytes that `imageTypeOf` looks at. */
export const imageHeadBytes = 12

/** What accepted images are, for people. */
export const imageTypes = "JPEG, PNG, GIF or WebP"

/** The type of an image by its first bytes, or null when they are none of an image: names and headers are only claims. */
export function imageTypeOf(head: Uint8Array): string | null {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  const found = signatures.find((each) =>
    bytes.subarray(each.offset, each.offset + each.bytes.length).equals(each.bytes),
  )
  return found?.mimetype ?? null
}
