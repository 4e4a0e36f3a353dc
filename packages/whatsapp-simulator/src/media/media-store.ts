import { randomBytes } from "node:crypto"
import { decryptMedia, encryptMedia } from "./media-crypto.ts"
import { type FileFields, type MediaKeyName, type MediaKind, mediaKinds } from "./media-kinds.ts"

/** Files beyond this total are forgotten, oldest first. */
const storedBytesMax = 512 * 1024 * 1024

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

  /** Encrypts and stores a file, and describes it as its sender does. */
  seal(bytes: Buffer, kind: MediaKind): FileFields & { url: string; directPath: string } {
    const { keyName, path } = mediaKinds[kind]
    return this.sealUnder(bytes, keyName, `/mms/${path}/`)
  }

  /** As the phone uploads the history of a new companion. */
  sealHistory(bytes: Buffer) {
    return this.sealUnder(bytes, "History", "/mms/md-app-state/")
  }

  /** As a phone uploads a whole collection of the app state. */
  sealAppState(bytes: Buffer) {
    return this.sealUnder(bytes, "App State", "/mms/md-app-state/")
  }

  /** Stores a file again under a new path; undefined when it is gone. */
  copy(file: FileFields): string | undefined {
    const body = this.get(pathOf(file))
    return body && this.put(`/mms/image/${randomBytes(16).toString("base64url")}`, body).directPath
  }

  /** The file a message refers to. @throws Error when it is not here or not what the message says. */
  open(file: FileFields, kind: MediaKind): Buffer {
    const { mediaKey, fileSha256, fileEncSha256, fileLength } = file
    const body = this.get(pathOf(file))
    if (!body) throw new Error("the media server does not have the file")
    if (!mediaKey || !fileSha256 || !fileEncSha256) throw new Error("the message lacks the key or a hash")
    const bytes = decryptMedia({ body, mediaKey, fileSha256, fileEncSha256 }, mediaKinds[kind].keyName)
    if (Number(fileLength) !== bytes.length) throw new Error("the length of the file is wrong")
    return bytes
  }

  private sealUnder(bytes: Buffer, keyName: MediaKeyName, path: string) {
    const { body, ...hashes } = encryptMedia(bytes, keyName)
    return { ...this.put(`${path}${hashes.fileEncSha256.toString("base64url")}`, body), ...hashes }
  }

  private remove(path: string): void {
    this.storedBytes -= this.files.get(path)?.length ?? 0
    this.files.delete(path)
  }
}

function pathOf(file: FileFields): string {
  return new URL(file.directPath ?? file.url ?? "", "https://media.invalid").pathname
}
