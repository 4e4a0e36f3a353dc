import { z } from "zod"
import {
  AddressInput,
  ContactsContent,
  LocationContent,
  PollContent,
  TextContent,
  idSchema,
  mediaFields,
} from "@wildcat/shared/contracts"
import { mediaTypeOf, parseJson, readJson, unsupported } from "../../http/body-reader.ts"
import type { BodyReader } from "../../http/body-reader.ts"
import { readMultipart } from "../../http/multipart.ts"
import { invalid, parseBody } from "../../http/parse-input.ts"
import type { StagedMedia } from "../../media/staged-media.ts"

/** Where the bytes of a file come from. What they are is seen by themselves, not by a name or header. */
const MediaSource = z
  .union([
    z.strictObject({
      url: z
        .url({ protocol: /^https?$/ })
        .max(2048)
        .describe("Fetched once, now"),
    }),
    z.strictObject({
      base64: z.string().min(1).describe("The bytes in standard base64"),
      mimetype: z
        .string()
        .max(100)
        .regex(/^[\w.+-]+\/[\w.+-]+$/, "must be a media type as text/csv")
        .optional()
        .describe("Of a document whose bytes do not tell it, as text/csv"),
    }),
    z.strictObject({ id: idSchema("media").describe("Media that was uploaded before, or received") }),
  ])
  .meta({ id: "MediaSource" })
type MediaSource = z.infer<typeof MediaSource>

const envelope = {
  to: AddressInput.refine(
    (to) => to.kind === "user" || to.kind === "lid" || to.kind === "group",
    "must be a person or a group: this release does not post to the status feed or channels",
  ).describe("Phone number with country code, or JID of a person or group"),
  quoted: z
    .strictObject({ messageId: idSchema("message") })
    .optional()
    .describe("The message of this account that is replied to"),
}

export const SendMessage = z
  .strictObject({
    ...envelope,
    content: z.discriminatedUnion("type", [
      TextContent,
      z.strictObject({ ...mediaFields.image, media: MediaSource }),
      z.strictObject({ ...mediaFields.video, media: MediaSource }),
      z.strictObject({ ...mediaFields.audio, media: MediaSource }),
      z.strictObject({ ...mediaFields.document, media: MediaSource }),
      z.strictObject({ ...mediaFields.sticker, media: MediaSource }),
      LocationContent,
      ContactsContent,
      PollContent,
    ]),
  })
  .meta({ id: "SendMessage", example: { to: "+49 151 12345678", content: { type: "text", text: "Hello" } } })

/** The content of a multipart send: its bytes are the part `file`. */
const FileContent = z.discriminatedUnion("type", [
  z.strictObject(mediaFields.image),
  z.strictObject(mediaFields.video),
  z.strictObject(mediaFields.audio),
  z.strictObject(mediaFields.document),
  z.strictObject(mediaFields.sticker),
])

/** The `message` field of a multipart send. */
const MultipartMessage = z
  .strictObject({ ...envelope, content: FileContent })
  .meta({ id: "SendFile", example: { to: "+49 151 12345678", content: { type: "image", caption: "Our menu" } } })

const MultipartSend = z
  .object({ message: MultipartMessage, file: z.string().meta({ format: "binary" }).describe("The file's bytes") })
  .meta({
    id: "SendMultipart",
    example: { message: { to: "+49 151 12345678", content: { type: "image" } }, file: "(bytes)" },
  })

/** What is to be sent, as the client gave it. */
export interface SendRequest {
  to: z.infer<typeof SendMessage>["to"]
  quoted?: { messageId: string } | undefined
  content: Exclude<z.infer<typeof SendMessage>["content"], { media: unknown }> | MediaSend
}

/** A file to send, with the place its bytes are to come from. */
export type MediaSend = z.infer<typeof FileContent> & { media: MediaSource | StagedMedia }

export const sendBody: BodyReader<SendRequest> = {
  content: { "application/json": SendMessage, "multipart/form-data": MultipartSend },
  required: true,
  async read(request, tenant) {
    const type = mediaTypeOf(request)
    if (type === "application/json") {
      const value = parseBody(SendMessage, await readJson(request, tenant.limits.jsonBytesMax))
      return { value, fingerprint: value }
    }
    if (type !== "multipart/form-data") throw unsupported("application/json or multipart/form-data")
    const parts = await readMultipart(request, tenant, { fields: ["message"] })
    try {
      const message = parseBody(MultipartMessage, fieldOf(parts.fields["message"]))
      const value = { ...message, content: { ...message.content, media: parts.file } }
      return { value, fingerprint: [message, parts.file.sha256, parts.file.fileName], discard: parts.file.discard }
    } catch (error) {
      await parts.file.discard()
      throw error
    }
  },
}

function fieldOf(message: string | undefined): unknown {
  if (message === undefined) throw invalid("message", "is missing")
  return parseJson(Buffer.from(message))
}
