import type { Readable } from "node:stream"
import sharp from "sharp"
import { WildcatError } from "@wildcat/shared/contracts"
import { createTurns } from "@wildcat/shared/runtime"

// Each picture is used once: libvips' cache would only hold memory, and more threads only more of it at a time.
sharp.cache(false)
sharp.concurrency(1)

/** Pixels of a picture that is decoded: a small file may unfold to gigabytes. */
export const pixelsMax = 50_000_000
/** Bytes of a picture that is read into memory. */
const pictureBytesMax = 32 * 1024 * 1024
const thumbnailPixels = 100
const stickerPixels = 512
/** WhatsApp's clients take stickers of up to 100 KB. */
const stickerBytesMax = 100_000
const stickerQualities = [80, 50, 25, 10]

const { run: inTurn } = createTurns(2)

export interface SeenPicture {
  width: number
  height: number
  /** A JPEG of some kilobytes, in base64. */
  thumbnail: string
}

/** Size and thumbnail of a picture; null when it is too large to read or cannot be decoded. Throws `media_too_large` past `pixelsMax`. */
export async function seePicture(
  source: Readable,
  field: string,
  pixels = thumbnailPixels,
): Promise<SeenPicture | null> {
  const bytes = await readPicture(source)
  if (bytes === null) return null
  return inTurn(async () => {
    const size = await sizeOf(bytes, field)
    if (size === null) return null
    try {
      const small = open(bytes).autoOrient().resize(pixels, pixels, { fit: "inside", withoutEnlargement: true })
      const thumbnail = await small.flatten({ background: "#ffffff" }).jpeg({ quality: 50 }).toBuffer()
      return { ...size, thumbnail: thumbnail.toString("base64") }
    } catch {
      return null // its header was right, the rest is broken: clients show it without a thumbnail, if at all
    }
  })
}

/**
 * A PNG or JPEG as WhatsApp shows stickers: WebP of 512 × 512 with transparent margins. Throws `media_too_large` past
 * `pixelsMax`, `unsupported_media_type` when it cannot be decoded, both naming the field.
 */
export async function toSticker(source: Readable, field: string): Promise<Buffer> {
  const bytes = await readPicture(source)
  if (bytes === null) throw new WildcatError("media_too_large", { field, detail: "the picture has too many bytes" })
  return inTurn(async () => {
    if ((await sizeOf(bytes, field)) === null) throw notDecodable(field)
    try {
      return await encodeSticker(bytes)
    } catch (error) {
      throw notDecodable(field, error)
    }
  })
}

async function encodeSticker(bytes: Buffer): Promise<Buffer> {
  const transparent = { r: 0, g: 0, b: 0, alpha: 0 }
  const square = await open(bytes)
    .autoOrient()
    .resize(stickerPixels, stickerPixels, { fit: "contain", background: transparent })
    .png()
    .toBuffer()
  let encoded = Buffer.alloc(0)
  for (const quality of stickerQualities) {
    encoded = await sharp(square).webp({ quality }).toBuffer()
    if (encoded.length <= stickerBytesMax) break
  }
  return encoded
}

function open(bytes: Buffer) {
  return sharp(bytes, { limitInputPixels: pixelsMax, failOn: "error", sequentialRead: true })
}

/** As it is shown, turned by what the camera noted. Null when the header cannot be read. */
async function sizeOf(bytes: Buffer, field: string): Promise<{ width: number; height: number } | null> {
  const metadata = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => null) // it is no picture: that is the answer
  if (metadata === null) return null
  const { width, height } = metadata.autoOrient
  if (width * height <= pixelsMax) return { width, height }
  throw new WildcatError("media_too_large", {
    field,
    detail: `${field}: a picture may have at most ${pixelsMax} pixels; send it as a document`,
  })
}

async function readPicture(source: Readable): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of source) {
    const bytes: Buffer = chunk
    length += bytes.length
    if (length > pictureBytesMax) return null
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function notDecodable(field: string, cause?: unknown): WildcatError {
  return new WildcatError("unsupported_media_type", { field, detail: `${field}: the picture cannot be decoded`, cause })
}
