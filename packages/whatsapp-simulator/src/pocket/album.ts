/** A photo as it is served; the type is one that a browser shows as an image and as nothing else. */
export type Photo = { bytes: Buffer; mimetype: string }

type File = { bytesBase64?: string | undefined; mimetype?: string | undefined }

/** Photos beyond this many bytes push out the oldest. */
const bytesMax = 64 * 1024 * 1024
const mimetypes = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"])

/** The photos on everyone's phones, latest first to stay. */
export class Album {
  private readonly photos = new Map<string, Photo>()
  private bytes = 0

  /** Whether the file is one that is shown. */
  keep(personId: string, messageId: string, { bytesBase64, mimetype = "" }: File): boolean {
    if (bytesBase64 === undefined || !mimetypes.has(mimetype)) return false
    const photo = { bytes: Buffer.from(bytesBase64, "base64"), mimetype }
    this.remove(keyOf(personId, messageId))
    this.photos.set(keyOf(personId, messageId), photo)
    this.bytes += photo.bytes.length
    for (const [oldest] of this.photos) if (this.bytes > bytesMax) this.remove(oldest)
    return true
  }

  find(personId: string, messageId: string): Photo | undefined {
    return this.photos.get(keyOf(personId, messageId))
  }

  private remove(key: string): void {
    this.bytes -= this.photos.get(key)?.bytes.length ?? 0
    this.photos.delete(key)
  }
}

function keyOf(personId: string, messageId: string): string {
  return `${personId} ${messageId}`
}
