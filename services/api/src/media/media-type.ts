import { fileTypeFromBuffer } from "file-type"
import { isConvertible } from "./to-voice.ts"

/** Bytes that `typeOf` needs to see. */
export const mediaHeadBytes = 4_100

/** The type of a file by its first bytes, or null when they tell nothing: names and headers are only claims. */
export async function typeOf(head: Uint8Array): Promise<string | null> {
  const mime = (await fileTypeFromBuffer(head))?.mime ?? null
  return mime === "audio/x-m4a" ? "audio/mp4" : mime
}

/** What WhatsApp's clients show of a kind of message: its types, and their names for people. */
export interface AcceptedTypes {
  names: string
  accepts(mimetype: string): boolean
  /** Types that are accepted too, and turned into one that WhatsApp takes. */
  converts(mimetype: string): boolean
  conversion: "sticker" | "voice" | null
}

const among = (names: string, types: RegExp): AcceptedTypes => ({
  names,
  accepts: (mimetype) => types.test(mimetype),
  converts: () => false,
  conversion: null,
})

const accepted = {
  image: among("JPEG, PNG, GIF or WebP", /^image\/(jpeg|png|gif|webp)$/),
  video: among("MP4, QuickTime or 3GPP", /^video\/(mp4|quicktime|3gpp)$/),
  audio: among("Ogg, MP3, MP4, AAC or AMR", /^audio\/(ogg|opus|mpeg|mp4|aac|amr)(;|$)/),
  voice: {
    ...among("Ogg with Opus, or sound that ffmpeg converts", /^audio\/(ogg; ?codecs=opus|opus)$/),
    converts: isConvertible,
    conversion: "voice",
  },
  document: { ...among("any file", /^/), accepts: () => true },
  sticker: {
    ...among("WebP, or PNG or JPEG, which are converted", /^image\/webp$/),
    converts: (mimetype) => /^image\/(png|jpeg)$/.test(mimetype),
    conversion: "sticker",
  },
} as const satisfies Record<string, AcceptedTypes>

/** The files that may be sent as this content. */
export function acceptedTypes(content: {
  type: Exclude<keyof typeof accepted, "voice">
  voice?: boolean | undefined
}): AcceptedTypes {
  return accepted[content.type === "audio" && content.voice === true ? "voice" : content.type]
}
