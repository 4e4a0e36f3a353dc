import type { proto } from "@whiskeysockets/baileys"
import type { MediaKind, MediaRef } from "@wildcat/shared/contracts"
import type { ReadContent } from "./content.ts"

/** What its sender declares of a file; the media service checks it against the bytes. */
export type DeclaredMedia = Pick<MediaRef, "kind" | "mimetype" | "bytes" | "sha256" | "fileName">

/** One reader per kind of message with a file. */
export const mediaReaders = {
  imageMessage: ({ imageMessage: image }) =>
    read({ type: "image", caption: image?.caption || null, ...once(image) }, image, "image/jpeg"),
  videoMessage: ({ videoMessage: video }) =>
    read(
      { type: "video", caption: video?.caption || null, gif: video?.gifPlayback ?? false, note: false, ...once(video) },
      video,
      mp4,
    ),
  ptvMessage: ({ ptvMessage: note }) =>
    read({ type: "video", caption: note?.caption || null, gif: false, note: true }, note, mp4),
  audioMessage: ({ audioMessage: audio }) =>
    read({ type: "audio", voice: audio?.ptt ?? false, ...once(audio) }, audio, "audio/ogg"),
  documentMessage: ({ documentMessage: document }) =>
    read({ type: "document", caption: document?.caption || null }, document, "application/octet-stream"),
  stickerMessage: ({ stickerMessage: sticker }) => read({ type: "sticker" }, sticker, "image/webp"),
} as const satisfies Record<string, (message: proto.IMessage) => ReadContent>

const mp4 = "video/mp4"

/** What the messages with a file have in common. */
interface FileFields {
  mimetype?: string | null
  fileLength?: number | { toNumber(): number } | null
  fileSha256?: Uint8Array | null
  fileName?: string | null
  contextInfo?: proto.IContextInfo | null
}

function once(file: { viewOnce?: boolean | null } | null | undefined): { viewOnce?: true } {
  return file?.viewOnce ? { viewOnce: true } : {}
}

function read(
  content: Extract<ReadContent["content"], { type: MediaKind }>,
  file: FileFields | null | undefined,
  usualType: string,
): ReadContent {
  return {
    content,
    context: file?.contextInfo ?? null,
    media: {
      kind: content.type,
      mimetype: file?.mimetype || usualType,
      bytes: numberOf(file?.fileLength),
      sha256: file?.fileSha256?.length ? Buffer.from(file.fileSha256).toString("hex") : null,
      fileName: file?.fileName || null,
    },
  }
}

function numberOf(value: FileFields["fileLength"]): number | null {
  if (value === null || value === undefined) return null
  return typeof value === "number" ? value : value.toNumber()
}
