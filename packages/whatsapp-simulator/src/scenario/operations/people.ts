import { z } from "zod"
import { addressingSchema, nothingSchema, type OperationTable, personSchema, phoneNumberSchema } from "./shapes.ts"

const linkedDeviceSchema = z.object({
  deviceId: z.number().int(),
  online: z.boolean(),
  pendingStanzas: z.number().int(),
  preKeys: z.number().int(),
  /** Version of WhatsApp Web that the client named at its last login. */
  version: z.string().optional(),
})

/** A chat of the history the phone hands to a client it links. */
const historyChatSchema = z.object({
  /** A contact's id. */
  contactId: z.string(),
  messages: z
    .array(
      z.object({
        text: z.string(),
        fromMe: z.boolean().default(false),
        messageId: z.string().optional(),
        /** Unix seconds. */
        at: z.number().int().optional(),
      }),
    )
    .max(1000),
})

export const peopleOperations = {
  /** A new contact. `addressing` is how others see it: by LID or by phone number. */
  createContact: {
    request: z.object({
      name: z.string().optional(),
      phone: phoneNumberSchema.optional(),
      addressing: addressingSchema.optional(),
      /** Read every message at once. */
      autoRead: z.boolean().optional(),
      /** Confirm messages without decrypting them: for load. They are recorded as kind `empty`. */
      sink: z.boolean().optional(),
    }),
    response: personSchema,
  },
  setAutoRead: { request: z.object({ contactId: z.string(), autoRead: z.boolean() }), response: nothingSchema },
  /** A new account's phone. */
  createPhone: {
    request: z.object({
      phone: phoneNumberSchema.optional(),
      name: z.string().optional(),
      history: z.array(historyChatSchema).max(1000).optional(),
      /** Whether the history travels in the message or as a file; clients fetch the file from mmg.whatsapp.net. */
      historyForm: z.enum(["inline", "media"]).optional(),
      /** As of a contact. */
      sink: z.boolean().optional(),
    }),
    response: personSchema,
  },
  /** The contact gets a new phone: new identity, no sessions. Others are told unless `silent`. */
  reinstallContact: {
    request: z.object({ contactId: z.string(), silent: z.boolean().optional() }),
    response: nothingSchema,
  },
  /** The contact links one more device, which sends nothing and receives all. Everyone's clients are told. */
  addCompanion: {
    request: z.object({ contactId: z.string() }),
    response: z.object({ deviceId: z.number().int() }),
  },
  removeCompanion: {
    request: z.object({ contactId: z.string(), deviceId: z.number().int() }),
    response: nothingSchema,
  },
  /** What the contact saw of others' typing. */
  typingSeen: {
    request: z.object({ contactId: z.string() }),
    response: z.array(z.object({ from: z.string(), state: z.string(), at: z.string() })),
  },
  /** Online or not, for those who have subscribed to it. */
  setPresence: {
    request: z.object({ contactId: z.string(), presence: z.enum(["available", "unavailable"]) }),
    response: nothingSchema,
  },
  /** The contact types, records or stops. */
  setTyping: {
    request: z.object({ contactId: z.string(), to: z.string(), state: z.enum(["composing", "recording", "paused"]) }),
    response: nothingSchema,
  },
  /** The contact calls; the call rings until it is ended. */
  offerCall: {
    request: z.object({ contactId: z.string(), to: z.string(), video: z.boolean().optional() }),
    response: z.object({ callId: z.string() }),
  },
  endCall: {
    request: z.object({ contactId: z.string(), to: z.string(), callId: z.string() }),
    response: nothingSchema,
  },
  contacts: { request: nothingSchema, response: z.array(personSchema) },
  phones: {
    request: nothingSchema,
    response: z.array(
      personSchema.extend({
        /** As the account's clients last said. */
        presence: z.enum(["available", "unavailable"]),
        devices: z.array(linkedDeviceSchema),
      }),
    ),
  },
} as const satisfies OperationTable
