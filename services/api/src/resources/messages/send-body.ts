import { z } from "zod"
import { AddressInput, LinkPreview, plainContents, idSchema, mediaFields, textFields } from "@wildcat/shared/contracts"
import type { Address } from "@wildcat/shared/contracts"
import { queueing } from "./queueing.ts"
import { mediaTypeOf, parseJson, readJson, unsupported } from "../../http/body-reader.ts"
import type { BodyReader } from "../../http/body-reader.ts"
import { readMultipart } from "../../http/multipart.ts"
import { invalid, parseBody } from "../../http/parse-input.ts"
import type { StagedMedia } from "../../media/staged-media.ts"
import { refuseUnsupported } from "./refuse-unsupported.ts"
import { sendExamples } from "./send-examples.ts"

/** Where the bytes of a file come from. What they are is seen by themselves, not by a name or header. */
export const MediaSource = z
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
export type MediaSource = z.infer<typeof MediaSource>

const SendText = z
  .strictObject({
    ...textFields,
    linkPreview: z
      .union([z.boolean(), LinkPreview.extend({ thumbnail: MediaSource.optional().describe("An image; made small") })])
      .optional()
      .describe(
        "A card with title and picture of the first link. `true`: what its page says of itself, fetched now within 5 s; " +
          "the text is sent without it when that fails. Default: none, nothing is fetched",
      ),
  })
  .meta({ id: "SendText" })

const PersonInput = AddressInput.refine((to) => to.kind === "user" || to.kind === "lid", "must be a person")

/** Longer, and its recipient would see that nobody types. */
export const typingMsMax = 10_000

const envelope = {
  to: AddressInput.refine(
    (to) => to.kind !== "newsletter",
    "must be a person, a group or status@broadcast: this release does not write to channels",
  ).describe("Phone number with country code, JID of a person or group, or `status@broadcast` for a status post"),
  mentions: z
    .union([z.array(PersonInput).min(1).max(1024), z.literal("all")])
    .optional()
    .describe(
      "People that the text or caption mentions; write each as `@<number>` in it. They are named as the chat names people. " +
        "`all`: everybody in the group",
    ),
  typing: z
    .union([z.boolean(), z.number().int().min(1).max(typingMsMax)])
    .optional()
    .describe(
      "Shows the recipient that somebody types, or records a voice note, before the message: as long as writing it would " +
        "take (1 to 10 s), or so many milliseconds. Other chats do not wait meanwhile",
    ),
  audience: z
    .array(PersonInput)
    .min(1)
    .max(5_000)
    .optional()
    .describe(
      "Of a status post: who can see it. Default: everybody the account has a chat with, or its phone has saved",
    ),
  quoted: z
    .strictObject({ messageId: idSchema("message") })
    .optional()
    .describe("The message of this account that is replied to"),
  ...queueing,
}

export const SendMessage = z
  .strictObject({
    ...envelope,
    to: envelope.to
      .optional()
      .describe(`${envelope.to.description}. Of a reaction, edit, removal, pin or vote: may be left out`),
    content: z.discriminatedUnion("type", [
      SendText,
      z.strictObject({ ...mediaFields.image, media: MediaSource }),
      z.strictObject({ ...mediaFields.video, media: MediaSource }),
      z.strictObject({ ...mediaFields.audio, media: MediaSource }),
      z.strictObject({ ...mediaFields.document, media: MediaSource }),
      z.strictObject({ ...mediaFields.sticker, media: MediaSource }),
      ...plainContents,
    ]),
  })
  .meta({ id: "SendMessage", namedExamples: sendExamples })

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
export interface SendInput {
  /** What is done to a message goes where that message is. */
  to?: Address | undefined
  quoted?: { messageId: string } | undefined
  sendAt?: Date | undefined
  expiresAt?: Date | undefined
  priority: "normal" | "bulk"
  mentions?: z.infer<typeof SendMessage>["mentions"]
  audience?: z.infer<typeof SendMessage>["audience"]
  typing?: z.infer<typeof SendMessage>["typing"]
  content: Exclude<z.infer<typeof SendMessage>["content"], { media: unknown }> | MediaSend
}

/** What is to be sent, and where. */
export type SendRequest = SendInput & { to: Address }

/** A file to send, with the place its bytes are to come from. */
export type MediaSend = z.infer<typeof FileContent> & { media: MediaSource | StagedMedia }

export const sendBody: BodyReader<SendInput> = {
  content: { "application/json": SendMessage, "multipart/form-data": MultipartSend },
  required: true,
  async read(request, tenant) {
    const type = mediaTypeOf(request)
    if (type === "application/json") {
      const body = await readJson(request, tenant.limits.jsonBytesMax)
      refuseUnsupported(body)
      const value = parseBody(SendMessage, body)
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
