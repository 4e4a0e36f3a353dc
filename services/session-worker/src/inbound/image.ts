import type { proto } from "@whiskeysockets/baileys"
import type { MediaRef, MessageContent } from "@wildcat/shared/contracts"

/** What its sender declares of an image; the media service checks it against the bytes. */
export type DeclaredMedia = Pick<MediaRef, "kind" | "mimetype" | "bytes" | "sha256" | "fileName">

export function readImage(message: proto.IMessage): {
  content: MessageContent
  context: proto.IContextInfo | null
  media: DeclaredMedia
} {
  const image = message.imageMessage
  return {
    content: { type: "image", caption: image?.caption || null },
    context: image?.contextInfo ?? null,
    media: {
      kind: "image",
      mimetype: image?.mimetype ?? "image/jpeg",
      bytes: numberOf(image?.fileLength),
      sha256: image?.fileSha256 ? Buffer.from(image.fileSha256).toString("hex") : null,
      fileName: null,
    },
  }
}

function numberOf(value: number | { toNumber(): number } | null | undefined): number | null {
  if (value === null || value === undefined) return null
  return typeof value === "number" ? value : value.toNumber()
}
