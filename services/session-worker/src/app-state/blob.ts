import { createDecipheriv, createHash, createHmac, hkdfSync, timingSafeEqual } from "node:crypto"

/** A file of the account's own: a part of the history or of the app state, encrypted on WhatsApp's media server. */
export interface BlobReference {
  directPath?: string | null
  mediaKey?: Uint8Array | null
  fileSha256?: Uint8Array | null
  fileEncSha256?: Uint8Array | null
}

/** What keys of such a file are derived for. */
export type BlobKind = "App State" | "History"

const macBytes = 10
const downloadTimeoutMs = 60_000

/**
 * Fetches and opens a file from `host` (of `media_conn`). Throws when it is larger than `bytesMax`, or when a hash or the
 * MAC is wrong.
 */
export async function fetchBlob(
  { directPath, mediaKey, fileSha256, fileEncSha256 }: BlobReference,
  { host, kind, bytesMax }: { host: string; kind: BlobKind; bytesMax: number },
): Promise<Buffer> {
  if (!directPath?.startsWith("/") || !mediaKey || !fileEncSha256)
    throw new Error("the reference to a file is not complete")
  const body = await download(new URL(`https://${host}${directPath}`), bytesMax)
  if (!sha256(body).equals(fileEncSha256)) throw new Error("the hash of the ciphertext is wrong")
  const bytes = decrypt(body, mediaKey, kind)
  if (fileSha256?.length && !sha256(bytes).equals(fileSha256)) throw new Error("the hash of the file is wrong")
  return bytes
}

async function download(url: URL, bytesMax: number): Promise<Buffer> {
  const headers = { origin: "https://web.whatsapp.com" }
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(downloadTimeoutMs), redirect: "error" })
  if (!response.ok || response.body === null) throw new Error(`the media server answered ${response.status}`)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.length
    if (bytes > bytesMax) throw new Error("the file is too large")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decrypt(body: Buffer, mediaKey: Uint8Array, kind: BlobKind): Buffer {
  const expanded = Buffer.from(hkdfSync("sha256", mediaKey, Buffer.alloc(32), `WhatsApp ${kind} Keys`, 112))
  const [iv, key, macKey] = [expanded.subarray(0, 16), expanded.subarray(16, 48), expanded.subarray(48, 80)]
  const ciphertext = body.subarray(0, -macBytes)
  const mac = createHmac("sha256", macKey).update(iv).update(ciphertext).digest().subarray(0, macBytes)
  const given = body.subarray(-macBytes)
  if (given.length !== macBytes || !timingSafeEqual(mac, given)) throw new Error("the MAC of a file is wrong")
  const decipher = createDecipheriv("aes-256-cbc", key, iv)
  return Buffer.concat([decipher.update(ciphertext), decipher.final()])
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest()
}
