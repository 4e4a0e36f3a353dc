import type { proto } from "@whiskeysockets/baileys"
import { shownContent } from "@wildcat/shared/contracts"
import type { MediaFacts, MediaKind, OutboundContent } from "@wildcat/shared/contracts"
import type { StoredMedia } from "@wildcat/shared/store"
import { mediaRef } from "../inbound/message.ts"
import { NotSendable, withContext } from "./content.ts"
import type { Prepared, SendParts } from "./content.ts"
import { uploadFile } from "./upload-file.ts"

type MediaContent = Extract<OutboundContent, { type: MediaKind }>

/** Reads the file from the media store, encrypts it on its way to WhatsApp's media server, and refers to it. */
export async function sendMedia(content: MediaContent, parts: SendParts): Promise<Prepared> {
  const [stored, stream] = await Promise.all([
    parts.store.media.find(content.mediaId),
    parts.store.media.open(content.mediaId),
  ])
  if (stored === null || stream === null) throw new NotSendable("media_not_found", "the file is not stored any more")
  const file = await uploadFile(stream, content.type, parts)
  const common = { ...file, mimetype: stored.mimetype, ...withContext(parts.context) }
  const { mimetype, bytes, sha256 } = stored
  const fileName = content.type === "document" ? (content.fileName ?? stored.fileName) : stored.fileName
  return {
    message: onceOnly(content, messageOf(content, common, stored)),
    content: shownContent(content),
    media: mediaRef(stored.id, { kind: content.type, mimetype, bytes, sha256, fileName }, parts),
  }
}

/** WhatsApp plays a voice note only under this type. */
const voiceType = "audio/ogg; codecs=opus"

type Common = proto.Message.IImageMessage

function messageOf(content: MediaContent, common: Common, { fileName }: StoredMedia): proto.IMessage {
  const caption = "caption" in content && content.caption !== undefined ? { caption: content.caption } : {}
  const once = "viewOnce" in content && content.viewOnce === true ? { viewOnce: true } : {}
  const seen = factsOf(content.facts ?? {})
  switch (content.type) {
    case "image":
      return { imageMessage: { ...common, ...seen, ...caption, ...once } }
    case "video": {
      const video = { ...common, ...seen, ...caption, ...once }
      if (content.note) return { ptvMessage: video }
      return { videoMessage: { ...video, ...(content.gif ? { gifPlayback: true } : {}) } }
    }
    case "audio": {
      const audio = { ...common, ...seen, ...once }
      return { audioMessage: content.voice ? { ...audio, mimetype: voiceType, ptt: true } : audio }
    }
    case "document":
      return { documentMessage: { ...common, fileName: content.fileName ?? fileName ?? "file", ...caption } }
    case "sticker":
      return { stickerMessage: { ...common, ...seen } }
  }
}

function factsOf({ width, height, seconds, thumbnail, waveform }: MediaFacts) {
  return {
    ...(width === undefined || height === undefined ? {} : { width, height }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(thumbnail === undefined ? {} : { jpegThumbnail: Buffer.from(thumbnail, "base64") }),
    ...(waveform === undefined ? {} : { waveform: Buffer.from(waveform, "base64") }),
  }
}

/** What may be opened once only stands in a wrapper, which tells older clients to keep their hands off it. */
function onceOnly(content: MediaContent, message: proto.IMessage): proto.IMessage {
  if (!("viewOnce" in content) || content.viewOnce !== true) return message
  return content.type === "audio" ? { viewOnceMessageV2Extension: { message } } : { viewOnceMessageV2: { message } }
}
