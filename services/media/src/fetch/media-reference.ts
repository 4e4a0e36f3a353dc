import { MEDIA_HKDF_KEY_MAPPING, normalizeMessageContent, proto } from "@whiskeysockets/baileys"
import type { MediaRef } from "@wildcat/shared/contracts"
import { MediaFailure } from "./media-failure.ts"

/** Where an encrypted media is and what it must be. */
export interface MediaReference {
  url: string | null
  /** Path and query on a media host; preferred to `url`, whose host it keeps. */
  directPath: string | null
  mediaKey: Uint8Array
  /** Info of the key derivation, e.g. `WhatsApp Image Keys`. */
  keyInfo: string
  /** Digest of ciphertext and MAC; null where the message has none. */
  fileEncSha256: Uint8Array | null
  fileSha256: Uint8Array
  /** Length of the plain file in bytes; null where the message has none. */
  fileLength: number | null
}

/** The fields of WhatsApp's message that hold media of a kind, with the name that the key derivation gives it. */
const fieldsOfKind = {
  image: [["imageMessage", MEDIA_HKDF_KEY_MAPPING.image]],
  video: [
    ["videoMessage", MEDIA_HKDF_KEY_MAPPING.video],
    ["ptvMessage", MEDIA_HKDF_KEY_MAPPING.ptv],
  ],
  audio: [["audioMessage", MEDIA_HKDF_KEY_MAPPING.audio]],
  document: [["documentMessage", MEDIA_HKDF_KEY_MAPPING.document]],
  sticker: [["stickerMessage", MEDIA_HKDF_KEY_MAPPING.sticker]],
} as const satisfies Record<MediaRef["kind"], readonly (readonly [keyof proto.IMessage, string])[]>

/**
 * Reads the reference out of a message as WhatsApp's protobuf `Message`. Throws MediaFailure `no_reference` when it
 * names no place, no key or no hash: what cannot be verified is not fetched.
 */
export function mediaReferenceOf(raw: Uint8Array, kind: MediaRef["kind"]): MediaReference {
  const message = normalizeMessageContent(decode(raw))
  for (const [field, keyName] of fieldsOfKind[kind]) {
    const media = message?.[field]
    if (!media?.mediaKey?.length || !media.fileSha256?.length || !(media.url || media.directPath)) continue
    return {
      url: media.url || null,
      directPath: media.directPath || null,
      mediaKey: media.mediaKey,
      keyInfo: `WhatsApp ${keyName} Keys`,
      fileEncSha256: media.fileEncSha256?.length ? media.fileEncSha256 : null,
      fileSha256: media.fileSha256,
      // A protobuf uint64: a number, or an object that prints as one. 0 is what an absent field reads as.
      fileLength: Number(String(media.fileLength ?? 0)) || null,
    }
  }
  throw new MediaFailure("no_reference")
}

function decode(raw: Uint8Array): proto.IMessage {
  try {
    return proto.Message.decode(raw)
  } catch (error) {
    throw new MediaFailure("no_reference", error)
  }
}
