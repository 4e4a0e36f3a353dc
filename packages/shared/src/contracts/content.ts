import { z } from "zod"
import { idSchema } from "./ids.ts"

/** WhatsApp accepts texts of up to 65,536 characters. */
export const textCharsMax = 65_536

/** Text of a message to send. */
export const TextContent = z
  .strictObject({ type: z.literal("text"), text: z.string().min(1).max(textCharsMax) })
  .meta({ id: "TextContent" })

/** Image of a message to send, as it stands in the outbox: its bytes are in the media store already. */
export const ImageContent = z
  .strictObject({
    type: z.literal("image"),
    mediaId: idSchema("media"),
    caption: z.string().max(1024).optional(),
  })
  .meta({ id: "ImageContent" })

/** What can be sent; one entry per kind, and the worker has one sender per entry. */
export const OutboundContent = z.discriminatedUnion("type", [TextContent, ImageContent])
export type OutboundContent = z.infer<typeof OutboundContent>
export type OutboundKind = OutboundContent["type"]

/** What was said, as it stands in events and in the message log. */
export const MessageContent = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("text"),
      text: z.string(),
      textTruncated: z
        .boolean()
        .optional()
        .describe("In events: the text was cut to keep the event small; the whole text is in the message log"),
    }),
    z.object({ type: z.literal("image"), caption: z.string().nullable() }),
    z
      .object({ type: z.literal("unsupported"), kind: z.string() })
      .describe("A kind of message that this release does not interpret; `kind` is WhatsApp's own name of it"),
    z
      .object({ type: z.literal("undecryptable"), reason: z.string() })
      .describe("The message could not be decrypted and the sender did not send it again"),
  ])
  .meta({ id: "MessageContent" })
export type MessageContent = z.infer<typeof MessageContent>

export const MediaStatus = z.enum(["pending", "stored", "failed"])

/** The media of a message. `url` opens without an API key until `urlExpiresAt`; it answers 404 until the media is stored. */
export const MediaRef = z
  .object({
    id: idSchema("media"),
    kind: z.enum(["image", "video", "audio", "document", "sticker"]),
    mimetype: z.string(),
    bytes: z.number().int().nullable().describe("Length in bytes as the sender declared it"),
    sha256: z.string().nullable().describe("Hex digest of the bytes as the sender declared it"),
    fileName: z.string().nullable(),
    url: z.string(),
    urlExpiresAt: z.iso.datetime(),
  })
  .meta({ id: "MediaRef" })
export type MediaRef = z.infer<typeof MediaRef>
