import { z } from "zod"
import { ForwardContent, actionContents } from "./action-content.ts"
import { idSchema } from "./ids.ts"

/** WhatsApp accepts texts of up to 65,536 characters. */
export const textCharsMax = 65_536

/** Fonts of a text on the status feed, as WhatsApp's clients offer them. */
const statusFonts = ["system", "script", "bold", "morningbreeze", "calistoga", "exo2", "courier"] as const

/** The fields of a text, wherever it comes from. */
export const textFields = {
  type: z.literal("text"),
  text: z.string().min(1).max(textCharsMax),
  background: z
    .string()
    .regex(/^#[0-9A-Fa-f]{6}$/, "must be a colour as #1F7AEC")
    .optional()
    .describe("Of a status post: the colour behind the text, as `#1F7AEC`"),
  font: z.enum(statusFonts).optional().describe("Of a status post"),
} as const

/** What a client shows of a link in a text. */
export const LinkPreview = z.strictObject({
  url: z.string().min(1).max(2048).describe("The link, as it stands in the text"),
  title: z.string().min(1).max(300),
  description: z.string().min(1).max(1000).optional(),
  thumbnail: z.base64().max(64_000).optional().describe("A small JPEG"),
})
export type LinkPreview = z.infer<typeof LinkPreview>

/** Text of a message to send, as it stands in the outbox. */
export const TextContent = z
  .strictObject({ ...textFields, linkPreview: LinkPreview.optional() })
  .meta({ id: "TextContent" })

const caption = z.string().max(1024).optional()
const viewOnce = z.boolean().optional().describe("Can be opened once only")

/** The kinds of content that carry a file, with the fields that they have beside it. */
export const mediaFields = {
  image: { type: z.literal("image"), caption, viewOnce },
  video: {
    type: z.literal("video"),
    caption,
    gif: z.boolean().optional().describe("Plays silently, again and again"),
    note: z.boolean().optional().describe("A round video note"),
    viewOnce,
  },
  audio: {
    type: z.literal("audio"),
    voice: z
      .boolean()
      .optional()
      .describe("A voice note. A file that is not Ogg with Opus is converted, where ffmpeg is installed"),
    viewOnce: z.boolean().optional().describe("Of a voice note: can be played once only"),
  },
  document: {
    type: z.literal("document"),
    caption,
    fileName: z.string().min(1).max(255).optional().describe("Default: the name the file came with, or `file`"),
  },
  sticker: { type: z.literal("sticker") },
} as const
export type MediaKind = keyof typeof mediaFields

const mediaId = idSchema("media").describe("The file: it is in the media store already")

/** What the API saw in a file, for what clients show before they have fetched it. */
export const MediaFacts = z.strictObject({
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  seconds: z.number().int().nonnegative().optional(),
  thumbnail: z.base64().max(64_000).optional().describe("A small JPEG"),
  waveform: z.base64().max(100).optional().describe("Of a voice note: 64 loudnesses from 0 to 100, a byte each"),
})
export type MediaFacts = z.infer<typeof MediaFacts>

const stored = { mediaId, facts: MediaFacts.optional() }

/** A place. */
export const LocationContent = z
  .strictObject({
    type: z.literal("location"),
    latitude: z.number().min(-90).max(90).describe("Degrees"),
    longitude: z.number().min(-180).max(180).describe("Degrees"),
    name: z.string().max(255).optional(),
    address: z.string().max(255).optional(),
  })
  .meta({ id: "LocationContent" })

/** Contact cards. */
export const ContactsContent = z
  .strictObject({
    type: z.literal("contacts"),
    contacts: z
      .array(
        z.strictObject({
          name: z.string().min(1).max(255),
          phone: z
            .string()
            .regex(/^\+[1-9][0-9]{6,14}$/, "must be a phone number as +491512345678")
            .describe("With country code, as `+491512345678`"),
          organization: z.string().min(1).max(255).optional(),
        }),
      )
      .min(1)
      .max(50),
  })
  .meta({ id: "ContactsContent" })

/** A poll. WhatsApp allows 2 to 12 different answers. */
export const PollContent = z
  .strictObject({
    type: z.literal("poll"),
    question: z.string().min(1).max(255),
    options: z
      .array(z.string().min(1).max(100))
      .min(2)
      .max(12)
      .refine((options) => new Set(options).size === options.length, "must be different from each other"),
    selectable: z.number().int().min(0).max(12).optional().describe("Answers one may choose; 0: any number. Default 1"),
  })
  .refine((poll) => (poll.selectable ?? 1) <= poll.options.length, {
    path: ["selectable"],
    message: "must not be more than there are options",
  })
  .meta({ id: "PollContent" })

const instant = z.iso.datetime({ offset: true })

/** An invitation to something at a time, as WhatsApp's groups have it. */
export const EventContent = z
  .strictObject({
    type: z.literal("event"),
    name: z.string().min(1).max(100),
    description: z.string().min(1).max(2048).optional(),
    startsAt: instant,
    endsAt: instant.optional(),
    place: z.string().min(1).max(255).optional(),
    joinLink: z
      .url({ protocol: /^https$/ })
      .max(2048)
      .optional()
      .describe("Of a call"),
  })
  .refine((event) => event.endsAt === undefined || Date.parse(event.endsAt) > Date.parse(event.startsAt), {
    path: ["endsAt"],
    message: "must be later than startsAt",
  })
  .meta({ id: "EventContent" })

/** Contents that the outbox holds as the client gave them. */
export const plainContents = [
  LocationContent,
  ContactsContent,
  PollContent,
  EventContent,
  ForwardContent,
  ...actionContents,
] as const

/** What can be sent, as it stands in the outbox; one entry per kind, and the worker has one sender per entry. */
export const OutboundContent = z.discriminatedUnion("type", [
  TextContent,
  z.strictObject({ ...mediaFields.image, ...stored }),
  z.strictObject({ ...mediaFields.video, ...stored }),
  z.strictObject({ ...mediaFields.audio, ...stored }),
  z.strictObject({ ...mediaFields.document, ...stored }),
  z.strictObject({ ...mediaFields.sticker, ...stored }),
  ...plainContents,
])
export type OutboundContent = z.infer<typeof OutboundContent>
export type OutboundKind = OutboundContent["type"]

const shownCaption = z.string().nullable()
const shownOnce = z.literal(true).optional().describe("It can be opened once only")
const shownPreview = z.object({ url: z.string(), title: z.string(), description: z.string().nullable() })

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
      linkPreview: shownPreview.optional().describe("What is shown of a link in the text"),
    }),
    z.object({ type: z.literal("image"), caption: shownCaption, viewOnce: shownOnce }),
    z.object({
      type: z.literal("video"),
      caption: shownCaption,
      gif: z.boolean(),
      note: z.boolean(),
      viewOnce: shownOnce,
    }),
    z.object({ type: z.literal("audio"), voice: z.boolean(), viewOnce: shownOnce }),
    z.object({ type: z.literal("document"), caption: shownCaption }),
    z.object({ type: z.literal("sticker") }),
    z.object({
      type: z.literal("location"),
      latitude: z.number(),
      longitude: z.number(),
      name: z.string().nullable(),
      address: z.string().nullable(),
      live: z.boolean().describe("The sender shares where they are; later positions are not followed"),
    }),
    z.object({
      type: z.literal("contacts"),
      contacts: z.array(z.object({ name: z.string(), vcard: z.string().describe("vCard 3.0, as it was sent") })),
    }),
    z.object({
      type: z.literal("poll"),
      question: z.string(),
      options: z.array(z.string()),
      selectable: z.number().int().describe("Answers one may choose; 0: any number"),
    }),
    z.object({
      type: z.literal("event"),
      name: z.string(),
      description: z.string().optional(),
      startsAt: z.string(),
      endsAt: z.string().optional(),
      place: z.string().optional(),
      joinLink: z.string().optional(),
    }),
    z.object({ type: z.literal("revoked") }).describe("It was removed for everyone; what it said is not kept"),
    // Of a send through this API: what it does to a message, or forwards while it waits.
    ForwardContent,
    ...actionContents,
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
    kind: z.enum(["image", "video", "audio", "document", "sticker"] satisfies MediaKind[]),
    mimetype: z.string(),
    bytes: z.number().int().nullable().describe("Length in bytes as the sender declared it"),
    sha256: z.string().nullable().describe("Hex digest of the bytes as the sender declared it"),
    fileName: z.string().nullable(),
    url: z.string(),
    urlExpiresAt: z.iso.datetime(),
  })
  .meta({ id: "MediaRef" })
export type MediaRef = z.infer<typeof MediaRef>
