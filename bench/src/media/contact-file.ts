import { createReadStream } from "node:fs"
import { rm, stat } from "node:fs/promises"
import { request } from "node:https"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { pipeline } from "node:stream/promises"
import { encryptedStream } from "@whiskeysockets/baileys"
import type { Stage } from "@wildcat/demo"
import { z } from "zod"
import { fileBytes } from "./file-bytes.ts"

const Uploaded = z.object({ url: z.string(), direct_path: z.string() })

/** Uploads a document of so many bytes as a contact's client does, and gives the message that refers to it. */
export async function contactFile(stage: Stage, bytes: number) {
  const file = await encryptedStream({ stream: Readable.from(fileBytes(bytes)) }, "document")
  try {
    const { url, direct_path: directPath } = await upload(stage, file.encFilePath, file.fileEncSha256)
    const fields = { mediaKey: file.mediaKey, fileSha256: file.fileSha256, fileEncSha256: file.fileEncSha256 }
    const inBase64 = Object.entries(fields).map(([name, value]) => [name, value.toString("base64")])
    const described = { url, directPath, mimetype: "application/octet-stream", fileName: "big.bin", fileLength: bytes }
    return { documentMessage: { ...described, ...Object.fromEntries(inBase64) } }
  } finally {
    await rm(file.encFilePath)
  }
}

async function upload({ whatsapp }: Stage, path: string, fileEncSha256: Buffer): Promise<z.infer<typeof Uploaded>> {
  const { size } = await stat(path)
  const posting = request(`${whatsapp.mediaUrl}/mms/document/${fileEncSha256.toString("base64url")}`, {
    method: "POST",
    // The simulator on this machine; this process does not know its certificate.
    rejectUnauthorized: false,
    headers: { "content-length": size },
  })
  const answered = new Promise<string>((resolve, reject) => {
    posting.once("response", (response) => void text(response).then(resolve, reject))
    posting.once("error", reject)
  })
  await pipeline(createReadStream(path), posting)
  return Uploaded.parse(JSON.parse(await answered))
}
