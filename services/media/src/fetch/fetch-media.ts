import { Readable } from "node:stream"
import type { MessageDoc, Store, StoredMedia } from "@wildcat/shared/store"
import { MediaTooLarge } from "@wildcat/shared/store"
import { faultPoint } from "@wildcat/shared/runtime"
import type { SecretBox } from "@wildcat/shared/runtime"
import { decryptMedia, overheadBytesMax, verifyPlain } from "./decrypt-media.ts"
import { mediaAddressOf } from "./media-address.ts"
import type { HostPolicy } from "./media-address.ts"
import { MediaFailure } from "./media-failure.ts"
import { mediaReferenceOf } from "./media-reference.ts"
import type { MediaReference } from "./media-reference.ts"
import type { MediaOpener } from "./open-media.ts"

/** A message that has media. */
export type MediaMessage = MessageDoc & { media: NonNullable<MessageDoc["media"]> }

export interface FetchParts {
  store: Store
  box: SecretBox
  opener: MediaOpener
  policy: HostPolicy
  bytesMax: number
}

/**
 * Downloads, decrypts, verifies and stores the media of a message, all in one stream. The media appears in the store
 * only when everything was right. Throws MediaFailure when the media itself cannot be had, anything else when our
 * own store failed.
 */
export async function fetchMedia(
  parts: FetchParts,
  message: MediaMessage,
  /** Where it is now, if not where the message says. */
  directPath?: string,
): Promise<StoredMedia> {
  if (message.raw === null) throw new MediaFailure("no_reference")
  const raw = parts.box.open(message.raw.value(), `message:${message._id}`)
  const told = mediaReferenceOf(raw, message.media.kind)
  const reference = directPath === undefined ? told : { ...told, directPath }
  if ((reference.fileLength ?? 0) > parts.bytesMax) throw new MediaFailure("too_large")
  const encrypted = await parts.opener.open(mediaAddressOf(reference, parts.policy))
  const plain = Readable.from(decryptMedia(encrypted, reference), { objectMode: false })
  const { id, mimetype, fileName } = message.media
  try {
    return await parts.store.media.put(
      plain,
      { id, tenant: message.tenant, account: message.account, mimetype, fileName },
      { bytesMax: parts.bytesMax, verify: (stored) => verify(stored, reference) },
    )
  } catch (error) {
    throw error instanceof MediaTooLarge ? new MediaFailure("too_large", error) : error
  }
}

/** The last moment before the media appears. */
function verify(stored: { bytes: number; sha256: string }, reference: MediaReference): void {
  verifyPlain(stored, reference)
  faultPoint("media.before-store")
}

/** The largest answer of a media host that can hold a media of `bytesMax` bytes. */
export function encryptedBytesMax(bytesMax: number): number {
  return bytesMax + overheadBytesMax
}
