/** A photo as it is served; the type is one that a browser shows as an image and as nothing else. */
export type Photo = { bytes: Buffer; mimetype: string }

/** Photos beyond this many bytes push out the oldest. */
const bytesMax = 64 * 1024 * 1024
const mimetypes = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"])

/** The photos on everyone's phones, latest first to stay. */
export class Album {
  private readonly photos = new Map<string, Photo>()
  private bytes = 0

  keep(personId: string, messageId: string, file: { bytesBase64?: string | undefined; mimetype?: string | undefined }) {
    const mimetype = file.mimetype ?? ""
    if (file.bytesBase64 === undefined || !mimetypes.has(mimetype)) return
    const photo = { bytes: Buffer.from(file.bytesBase64, "base64"), mimetype }
    this.remove(keyOf(personId, messageId))
    this.photos.set(keyOf(personId, messageId), photo)
    this.bytes += photo.bytes.length
    for (const [oldest] of this.photos) if (this.bytes > bytesMax) this.remove(oldest)
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
