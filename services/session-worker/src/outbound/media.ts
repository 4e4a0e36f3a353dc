import type { Readable } from "node:stream"
import { prepareWAMessageMedia } from "@whiskeysockets/baileys"
import type { AnyMediaMessageContent, proto } from "@whiskeysockets/baileys"
import { shownContent } from "@wildcat/shared/contracts"
import type { MediaKind, OutboundContent } from "@wildcat/shared/contracts"
import type { StoredMedia } from "@wildcat/shared/store"
import { mediaRef } from "../inbound/message.ts"
import { NotSendable } from "./content.ts"
import type { Prepared, SendParts } from "./content.ts"

type MediaContent = Extract<OutboundContent, { type: MediaKind }>
type Source = { stream: Readable }

/** Reads the file from the media store, encrypts it on its way to WhatsApp's media server, and refers to it. */
export async function sendMedia(content: MediaContent, parts: SendParts): Promise<Prepared> {
  const [stored, stream] = await Promise.all([
    parts.store.media.find(content.mediaId),
    parts.store.media.open(content.mediaId),
  ])
  if (stored === null || stream === null) throw new NotSendable("media_not_found", "the file is not stored any more")
  const message = await prepareWAMessageMedia(describe(content, { stored, source: { stream } }), {
    upload: parts.upload,
    mediaUploadTimeoutMs: parts.uploadTimeoutMs,
    logger: parts.logger,
  })
  setContext(message, parts.context)
  const { mimetype, bytes, sha256 } = stored
  const fileName = content.type === "document" ? (content.fileName ?? stored.fileName) : stored.fileName
  return {
    message,
    content: shownContent(content),
    media: mediaRef(stored.id, { kind: content.type, mimetype, bytes, sha256, fileName }, parts),
  }
}

/** WhatsApp plays a voice note only under this type. */
const voiceType = "audio/ogg; codecs=opus"

function describe(
  content: MediaContent,
  { stored: { mimetype, fileName }, source }: { stored: StoredMedia; source: Source },
): AnyMediaMessageContent {
  const caption = "caption" in content && content.caption !== undefined ? { caption: content.caption } : {}
  switch (content.type) {
    case "image":
      return { image: source, mimetype, ...caption }
    case "video":
      return { video: source, mimetype, ...caption, gifPlayback: content.gif ?? false, ptv: content.note ?? false }
    case "audio":
      return content.voice ? { audio: source, mimetype: voiceType, ptt: true } : { audio: source, mimetype }
    case "document":
      return { document: source, mimetype, fileName: content.fileName ?? fileName ?? "file", ...caption }
    case "sticker":
      return { sticker: source, mimetype }
  }
}

function setContext(message: proto.IMessage, context: proto.IContextInfo | null): void {
  if (context === null) return
  const { imageMessage, videoMessage, ptvMessage, audioMessage, documentMessage, stickerMessage } = message
  const media = imageMessage ?? videoMessage ?? ptvMessage ?? audioMessage ?? documentMessage ?? stickerMessage
  if (media) media.contextInfo = context
}
