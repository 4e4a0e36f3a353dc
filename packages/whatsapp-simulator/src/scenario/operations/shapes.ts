import { z } from "zod"

/** Shapes that several operations share. */
export const addressingSchema = z.enum(["lid", "pn"])
export const phoneNumberSchema = z.string().regex(/^\d{5,15}$/, "a phone number is 5 to 15 digits")
/** How long to wait, in milliseconds. */
export const timeoutSchema = z.number().int().min(0).max(120_000).default(60_000)
export const nothingSchema = z.object({})
export const sentSchema = z.object({ messageId: z.string() })

export const personSchema = z.object({
  id: z.string(),
  phone: z.string(),
  /** `<phone>@s.whatsapp.net` */
  pn: z.string(),
  /** `<number>@lid` */
  lid: z.string(),
  name: z.string(),
})

/** Where a message goes: to a person (`to`: a phone number, JID or id) or to a group. */
export const destinationFields = { to: z.string().optional(), groupId: z.string().optional() }
export type DestinationFields = { to?: string | undefined; groupId?: string | undefined }

/** A refinement: exactly one of the two. */
export const hasDestination = (request: DestinationFields) =>
  (request.to === undefined) !== (request.groupId === undefined)
export const destinationRule = { error: "give either to or groupId", path: ["to"] }

/** An operation: what it takes, what it answers. */
export type OperationTable = Record<string, { request: z.ZodType; response: z.ZodType }>
