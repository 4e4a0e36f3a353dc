import { randomBytes } from "node:crypto"
import type { proto } from "@whiskeysockets/baileys"
import { nowSeconds } from "../stanza/ids.ts"
import { decryptMedia, encryptMedia } from "./media-crypto.ts"

/** Files beyond this total are forgotten, oldest first. */
const storedBytesMax = 512 * 1024 * 1024
const pathPrefix = "/mms/image/"

/** What the media server holds: ciphertexts by path. */
export class MediaStore {
  private readonly files = new Map<string, Buffer>()
  private storedBytes = 0
  private origin = ""

  /** Where the media server can be reached, once it listens: `https://host:port`. */
  servedAt(origin: string): void {
    this.origin = origin
  }

  get host(): string {
    return new URL(this.origin).host
  }

  put(path: string, body: Buffer): { url: string; directPath: string } {
    this.remove(path)
    this.files.set(path, body)
    this.storedBytes += body.length
    for (const [oldest] of this.files) {
      if (this.storedBytes <= storedBytesMax) break
      this.remove(oldest)
    }
    return { url: `${this.origin}${path}`, directPath: path }
  }

  get(path: string): Buffer | undefined {
    return this.files.get(path)
  }

  /** Encrypts and stores an image, and describes it as its sender does. */
  imageMessage(image: { bytes: Buffer; caption: string | undefined; mimetype: string }): proto.Message.IImageMessage {
    const { body, ...hashes } = encryptMedia(image.bytes, "Image")
    const { url, directPath } = this.put(`${pathPrefix}${hashes.fileEncSha256.toString("base64url")}`, body)
    const { mimetype, caption } = image
    return { url, directPath, mimetype, mediaKeyTimestamp: nowSeconds(), ...hashes, ...(caption ? { caption } : {}) }
  }

  /** Stores a file again under a new path; undefined when it is gone. */
  copy(image: proto.Message.IImageMessage): string | undefined {
    const body = this.get(pathOf(image))
    return body && this.put(`${pathPrefix}${randomBytes(16).toString("base64url")}`, body).directPath
  }

  /** The file an image message refers to. @throws Error when it is not here or not what the message says. */
  open(image: proto.Message.IImageMessage): Buffer {
    const { mediaKey, fileSha256, fileEncSha256, fileLength } = image
    const body = this.get(pathOf(image))
    if (!body) throw new Error("the media server does not have the file")
    if (!mediaKey || !fileSha256 || !fileEncSha256) throw new Error("the message lacks the key or a hash")
    const bytes = decryptMedia({ body, mediaKey, fileSha256, fileEncSha256 }, "Image")
    if (Number(fileLength) !== bytes.length) throw new Error("the length of the file is wrong")
    return bytes
  }

  private remove(path: string): void {
    this.storedBytes -= this.files.get(path)?.length ?? 0
    this.files.delete(path)
  }
}

function pathOf(image: proto.Message.IImageMessage): string {
  return new URL(image.directPath ?? image.url ?? "", "https://media.invalid").pathname
}
