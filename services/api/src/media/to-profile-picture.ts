import type { Readable } from "node:stream"
import { buffer } from "node:stream/consumers"
import sharp from "sharp"
import { WildcatError } from "@wildcat/shared/contracts"
import { createTurns } from "@wildcat/shared/runtime"
import { pixelsMax } from "./picture.ts"

/** As WhatsApp's own clients send it. */
const sidePixels = 640
const { run: inTurn } = createTurns(2)

/**
 * The middle square of a picture as WhatsApp shows persons and groups: a JPEG of 640 × 640. Throws `unsupported_media_type`
 * for what cannot be decoded or has more than `pixelsMax`, naming the field.
 */
export function toProfilePicture(source: Readable, field: string): Promise<Buffer> {
  return inTurn(async () => {
    const bytes = await buffer(source)
    try {
      return await sharp(bytes, { limitInputPixels: pixelsMax, failOn: "error", sequentialRead: true })
        .autoOrient()
        .resize(sidePixels, sidePixels, { fit: "cover" })
        .flatten({ background: "#ffffff" })
        .jpeg({ quality: 80 })
        .toBuffer()
    } catch (error) {
      const detail = `${field}: must be a JPEG, PNG or WebP that can be decoded, of at most ${pixelsMax} pixels`
      throw new WildcatError("unsupported_media_type", { field, detail, cause: error })
    }
  })
}
