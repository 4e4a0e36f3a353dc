import { z } from "zod"
import { receivedMessageSchema } from "../../people/received-message.ts"
import {
  destinationFields,
  destinationRule,
  hasDestination,
  nothingSchema,
  type OperationTable,
  sentSchema,
  timeoutSchema,
} from "./shapes.ts"

/** A message that another one is about: its id and, unless it is the writer's own, the JID of its author. */
const targetSchema = z.object({ messageId: z.string(), author: z.string().optional() })

const receiptSchema = z.object({
  messageId: z.string(),
  /** delivered, read, played, retry or another type as the client gave it. */
  type: z.string(),
  from: z.string(),
  at: z.string(),
})

/** Which of the contact's devices: the phone when left out. */
const deviceField = { deviceId: z.number().int().min(0).optional() }

/** `from` is always a contact's id, or the id of a phone: then the account's clients see it as sent by themselves. */
export const messageOperations = {
  sendText: {
    request: z
      .object({
        from: z.string(),
        ...destinationFields,
        text: z.string(),
        messageId: z.string().optional(),
        /** The message it answers: its id and the JID of its author. */
        quoted: z.object({ messageId: z.string(), author: z.string(), text: z.string().optional() }).optional(),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** Many texts in one call, in order: for load. */
  sendTexts: {
    request: z
      .object({ from: z.string(), ...destinationFields, texts: z.array(z.string()).min(1).max(10_000) })
      .refine(hasDestination, destinationRule),
    response: z.object({ messageIds: z.array(z.string()) }),
  },
  sendImage: {
    request: z
      .object({
        from: z.string(),
        ...destinationFields,
        caption: z.string().optional(),
        mimetype: z.string().optional(),
        bytesBase64: z.base64(),
        messageId: z.string().optional(),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** A file of any kind. `seconds` is of sound and film, `fileName` of documents. */
  sendMedia: {
    request: z
      .object({
        from: z.string(),
        ...destinationFields,
        kind: z.enum(["image", "video", "gif", "audio", "voice", "document", "sticker"]),
        bytesBase64: z.base64(),
        mimetype: z.string().optional(),
        caption: z.string().optional(),
        fileName: z.string().optional(),
        seconds: z.number().int().optional(),
        /** It is to be looked at once. */
        viewOnce: z.boolean().optional(),
        messageId: z.string().optional(),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  sendPoll: {
    request: z
      .object({
        from: z.string(),
        ...destinationFields,
        name: z.string(),
        options: z.array(z.string()).min(2).max(12),
        /** How many may be chosen; 0: any number. */
        selectableCount: z.number().int().min(0).default(1),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** Votes on a poll the contact has seen, replacing its earlier vote. */
  sendPollVote: {
    request: z
      .object({ from: z.string(), ...destinationFields, pollId: z.string(), options: z.array(z.string()) })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** A status post: text, or an image with a caption, for the people named. */
  postStatus: {
    request: z.object({
      from: z.string(),
      audience: z.array(z.string()).min(1).max(1000),
      text: z.string(),
      imageBase64: z.base64().optional(),
    }),
    response: sentSchema,
  },
  /** A channel that the account follows posts a text: the account's clients get it as it is, no message of a channel is encrypted. */
  postToChannel: {
    request: z.object({
      phoneId: z.string(),
      channel: z.string().regex(/^\d{5,25}$/, "a channel's id is 5 to 25 digits"),
      text: z.string(),
    }),
    response: sentSchema,
  },
  /** Any other message, as the JSON form of WhatsApp's `Message` protobuf, e.g. `{ locationMessage: {…} }`. */
  sendProto: {
    request: z
      .object({
        from: z.string(),
        ...destinationFields,
        message: z.record(z.string(), z.unknown()),
        messageId: z.string().optional(),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** Pins a message for everyone in the chat; 0 seconds take the pin back. */
  sendPin: {
    request: z
      .object({ from: z.string(), ...destinationFields, target: targetSchema, seconds: z.number().int().min(0) })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** An empty emoji takes the reaction back. */
  sendReaction: {
    request: z
      .object({ from: z.string(), ...destinationFields, target: targetSchema, emoji: z.string() })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** Changes the text of the writer's own message. */
  sendEdit: {
    request: z
      .object({ from: z.string(), ...destinationFields, messageId: z.string(), text: z.string() })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** Deletes a message for everyone: the writer's own or, as an admin of the group, that of the author named. */
  sendRevoke: {
    request: z
      .object({ from: z.string(), ...destinationFields, messageId: z.string(), author: z.string().optional() })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** What the contact (or phone) has decrypted. */
  receivedMessages: {
    request: z.object({
      contactId: z.string(),
      ...deviceField,
      messageId: z.string().optional(),
      text: z.string().optional(),
    }),
    response: z.array(receivedMessageSchema),
  },
  /** The first message that fits, now or within the time; 408 otherwise. `text` also fits a caption. */
  waitForMessage: {
    request: z.object({
      contactId: z.string(),
      ...deviceField,
      match: z.object({ text: z.string().optional(), messageId: z.string().optional(), kind: z.string().optional() }),
      timeoutMs: timeoutSchema,
    }),
    response: receivedMessageSchema,
  },
  sendReceipt: {
    request: z.object({
      contactId: z.string(),
      messageIds: z.array(z.string()).min(1).max(1000),
      type: z.enum(["delivered", "read", "played"]),
    }),
    response: nothingSchema,
  },
  /** A client has confirmed a contact's message; 408 when it has not within the time. */
  waitForReceipt: {
    request: z.object({ messageId: z.string(), type: z.string().optional(), timeoutMs: timeoutSchema }),
    response: receiptSchema,
  },
  /** All receipts clients gave for a message. */
  receipts: { request: z.object({ messageId: z.string() }), response: z.array(receiptSchema) },
} as const satisfies OperationTable
