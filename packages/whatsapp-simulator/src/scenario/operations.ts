import { z } from "zod"
import { countersSchema } from "../connection/counters.ts"
import { faultSchema } from "../faults/fault.ts"
import { receivedMessageSchema } from "../people/received.ts"

const addressingSchema = z.enum(["lid", "pn"])
const phoneSchema = z.string().regex(/^\d{5,15}$/, "a phone number is 5 to 15 digits")
const personSchema = z.object({ id: z.string(), phone: z.string(), pn: z.string(), lid: z.string(), name: z.string() })
const timeoutSchema = z.number().int().min(0).max(120_000)
const sentSchema = z.object({ messageId: z.string() })
const nothingSchema = z.object({})

/** Where a message goes: to an account (`to`, a phone number or JID) or to a group. */
const destination = { to: z.string().optional(), groupId: z.string().optional() }
const hasDestination = (request: { to?: string | undefined; groupId?: string | undefined }) =>
  (request.to === undefined) !== (request.groupId === undefined)
const destinationRule = { error: "give either to or groupId", path: ["to"] }

const groupSchema = z.object({
  id: z.string(),
  subject: z.string(),
  addressing: addressingSchema,
  participants: z.array(z.string()),
})

const linkedDeviceSchema = z.object({
  deviceId: z.number().int(),
  online: z.boolean(),
  pendingStanzas: z.number().int(),
  preKeys: z.number().int(),
})

const receiptSchema = z.object({
  messageId: z.string(),
  /** delivered, read, played, or another type as the client gave it. */
  type: z.string(),
  from: z.string(),
  at: z.string(),
})

/** The control API: each operation is `POST /<name>` with a JSON body. */
export const operations = {
  /** A new contact. `addressing` is how others see it: by LID or by phone number. */
  createContact: {
    request: z.object({
      name: z.string().optional(),
      phone: phoneSchema.optional(),
      addressing: addressingSchema.optional(),
      autoRead: z.boolean().optional(),
    }),
    response: personSchema,
  },
  /** A new account's phone. */
  createPhone: {
    request: z.object({ phone: phoneSchema.optional(), name: z.string().optional() }),
    response: personSchema,
  },
  /** The phone scans what the client shows. Answers when the client has confirmed. */
  scanQr: {
    request: z.object({ phoneId: z.string(), qr: z.string() }),
    response: z.object({ deviceId: z.number().int(), jid: z.string() }),
  },
  /** A contact (or the account's own phone) writes. */
  sendText: {
    request: z
      .object({
        from: z.string(),
        ...destination,
        text: z.string(),
        messageId: z.string().optional(),
        /** The message it answers: its id and the JID of its author. */
        quoted: z.object({ messageId: z.string(), author: z.string(), text: z.string().optional() }).optional(),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  sendImage: {
    request: z
      .object({
        from: z.string(),
        ...destination,
        caption: z.string().optional(),
        mimetype: z.string().optional(),
        bytesBase64: z.base64(),
        messageId: z.string().optional(),
      })
      .refine(hasDestination, destinationRule),
    response: sentSchema,
  },
  /** What the contact (or phone) has decrypted. */
  receivedMessages: {
    request: z.object({ contactId: z.string(), messageId: z.string().optional(), text: z.string().optional() }),
    response: z.array(receivedMessageSchema),
  },
  /** The first message that fits, now or within the time; 408 otherwise. */
  waitForMessage: {
    request: z.object({
      contactId: z.string(),
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
  setAutoRead: { request: z.object({ contactId: z.string(), autoRead: z.boolean() }), response: nothingSchema },
  createGroup: {
    request: z.object({
      subject: z.string().min(1),
      /** Ids, phone numbers or JIDs; the first is the creator. */
      participants: z.array(z.string()).min(1).max(1024),
      addressing: addressingSchema.optional(),
    }),
    response: groupSchema,
  },
  counters: { request: nothingSchema, response: countersSchema },
  /** What the account's devices have not acknowledged. */
  queue: {
    request: z.object({ phoneId: z.string() }),
    response: z.array(
      z.object({
        deviceId: z.number().int(),
        tag: z.string(),
        id: z.string(),
        from: z.string(),
        type: z.string().optional(),
      }),
    ),
  },
  setFault: { request: faultSchema, response: nothingSchema },
  clearFaults: { request: nothingSchema, response: nothingSchema },
  faults: { request: nothingSchema, response: z.array(faultSchema) },
  /** The person removes the linked device(s) in the phone's settings. */
  logoutFromPhone: { request: z.object({ phoneId: z.string() }), response: nothingSchema },
  /** Ends or disturbs the account's connections. `freeze`: open, but nothing passes any more. */
  disconnect: {
    request: z.object({
      phoneId: z.string(),
      how: z.enum(["drop", "close", "replaced", "503", "515", "500", "freeze"]),
    }),
    response: z.object({ connections: z.number().int() }),
  },
  contacts: { request: nothingSchema, response: z.array(personSchema) },
  phones: {
    request: nothingSchema,
    response: z.array(personSchema.extend({ devices: z.array(linkedDeviceSchema) })),
  },
  groups: { request: nothingSchema, response: z.array(groupSchema) },
} as const satisfies Record<string, { request: z.ZodType; response: z.ZodType }>

export type Operations = typeof operations
export type OperationName = keyof Operations
export type OperationRequest<Name extends OperationName> = z.infer<Operations[Name]["request"]>
export type OperationResponse<Name extends OperationName> = z.infer<Operations[Name]["response"]>
