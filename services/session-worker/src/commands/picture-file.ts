import { buffer } from "node:stream/consumers"
import { WildcatError } from "@wildcat/shared/contracts"
import type { Store } from "@wildcat/shared/store"

/** What WhatsApp takes for a picture of a person or group. */
export const pictureBytesMax = 1024 * 1024

/** Reads a stored JPEG. Throws `not_found`, `media_too_large` or `unsupported_media_type`. */
export async function readPictureFile(store: Store, media: string): Promise<Buffer> {
  const found = await store.media.find(media)
  if (found === null) throw new WildcatError("not_found", { detail: "the picture is not stored" })
  if (found.bytes > pictureBytesMax) {
    throw new WildcatError("media_too_large", { detail: `a picture may have at most ${pictureBytesMax} bytes` })
  }
  const source = await store.media.open(media)
  const bytes = source === null ? Buffer.alloc(0) : await buffer(source)
  // Every JPEG begins with its start-of-image marker.
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) {
    throw new WildcatError("unsupported_media_type", { detail: "the picture must be a JPEG" })
  }
  return bytes
}
