import { prepareWAMessageMedia } from "@whiskeysockets/baileys"
import { mediaRef } from "../inbound/message.ts"
import { NotSendable } from "./content.ts"
import type { OutboundSender } from "./content.ts"

/** Reads the image from the media store, encrypts it on its way to WhatsApp's media server, and refers to it. */
export const sendImage: OutboundSender<"image"> = async (content, parts) => {
  const [stored, stream] = await Promise.all([
    parts.store.media.find(content.mediaId),
    parts.store.media.open(content.mediaId),
  ])
  if (stored === null || stream === null) throw new NotSendable("media_not_found", "the image is not stored any more")
  const prepared = await prepareWAMessageMedia(
    {
      image: { stream },
      mimetype: stored.mimetype,
      ...(content.caption === undefined ? {} : { caption: content.caption }),
    },
    { upload: parts.upload, mediaUploadTimeoutMs: parts.uploadTimeoutMs, logger: parts.logger },
  )
  const imageMessage = { ...prepared.imageMessage, ...(parts.context === null ? {} : { contextInfo: parts.context }) }
  const { mimetype, bytes, sha256, fileName } = stored
  return {
    message: { imageMessage },
    content: { type: "image", caption: content.caption ?? null },
    media: mediaRef(stored.id, { kind: "image", mimetype, bytes, sha256, fileName }, parts),
  }
}
