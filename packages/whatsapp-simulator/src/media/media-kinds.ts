import { normalizeMessageContent, type proto } from "@whiskeysockets/baileys"

/** How each kind of file travels: the field of the message, the name in the key derivation, path and stanza type. */
export const mediaKinds = {
  image: { field: "imageMessage", keyName: "Image", path: "image", stanza: "image", mimetype: "image/jpeg" },
  video: { field: "videoMessage", keyName: "Video", path: "video", stanza: "video", mimetype: "video/mp4" },
  gif: { field: "videoMessage", keyName: "Video", path: "video", stanza: "gif", mimetype: "video/mp4" },
  note: { field: "ptvMessage", keyName: "Video", path: "video", stanza: "ptv", mimetype: "video/mp4" },
  audio: { field: "audioMessage", keyName: "Audio", path: "audio", stanza: "audio", mimetype: "audio/mp4" },
  voice: { field: "audioMessage", keyName: "Audio", path: "audio", stanza: "ptt", mimetype: "audio/ogg; codecs=opus" },
  document: {
    field: "documentMessage",
    keyName: "Document",
    path: "document",
    stanza: "document",
    mimetype: "application/pdf",
  },
  sticker: { field: "stickerMessage", keyName: "Image", path: "image", stanza: "sticker", mimetype: "image/webp" },
} as const

export type MediaKind = keyof typeof mediaKinds
/** What keys of a file are derived for. */
export type MediaKeyName = (typeof mediaKinds)[MediaKind]["keyName"] | "History" | "App State"
/** What every message with a file says of it. */
export type FileFields = Pick<
  proto.Message.IImageMessage,
  "url" | "directPath" | "mediaKey" | "fileSha256" | "fileEncSha256" | "fileLength" | "mimetype"
>

/** The file a message carries and its kind; undefined when it carries none. */
export function fileIn(message: proto.IMessage): { kind: MediaKind; file: FileFields } | undefined {
  const content = normalizeMessageContent(message)
  if (content?.imageMessage) return { kind: "image", file: content.imageMessage }
  if (content?.videoMessage)
    return { kind: content.videoMessage.gifPlayback ? "gif" : "video", file: content.videoMessage }
  if (content?.ptvMessage) return { kind: "note", file: content.ptvMessage }
  if (content?.audioMessage) return { kind: content.audioMessage.ptt ? "voice" : "audio", file: content.audioMessage }
  if (content?.documentMessage) return { kind: "document", file: content.documentMessage }
  if (content?.stickerMessage) return { kind: "sticker", file: content.stickerMessage }
  return undefined
}
