import { rm } from "node:fs/promises"
import type { Readable } from "node:stream"
import { encryptedStream, unixTimestampSeconds } from "@whiskeysockets/baileys"
import type { MediaKind } from "@wildcat/shared/contracts"
import { sweepWhile } from "@wildcat/shared/runtime"
import type { SendParts } from "./content.ts"

/** Where an uploaded file is and what it must be, as every message with a file says it. */
export interface UploadedFile {
  url: string
  directPath: string
  mediaKey: Uint8Array
  mediaKeyTimestamp: number
  fileSha256: Uint8Array
  fileEncSha256: Uint8Array
  fileLength: number
}

/**
 * Encrypts a file into a temporary one, uploads that, and removes it. Memory stays flat. (Baileys' own
 * prepareWAMessageMedia would also keep the plain file, decode it in this process, and call a shell for videos.)
 */
export async function uploadFile(stream: Readable, mediaType: MediaKind, parts: SendParts): Promise<UploadedFile> {
  const { encFilePath, mediaKey, fileSha256, fileEncSha256, fileLength } = await encryptedStream(
    { stream },
    mediaType,
    parts.logger === undefined ? {} : { logger: parts.logger },
  )
  try {
    const fileEncSha256B64 = fileEncSha256.toString("base64")
    const { mediaUrl, directPath } = await sweepWhile(
      parts.upload(encFilePath, { fileEncSha256B64, mediaType, timeoutMs: parts.uploadTimeoutMs }),
    )
    const mediaKeyTimestamp = unixTimestampSeconds()
    return { url: mediaUrl, directPath, mediaKey, mediaKeyTimestamp, fileSha256, fileEncSha256, fileLength }
  } finally {
    await rm(encFilePath, { force: true })
  }
}
