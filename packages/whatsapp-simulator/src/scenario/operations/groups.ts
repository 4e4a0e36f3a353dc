import { z } from "zod"
import { addressingSchema, nothingSchema, type OperationTable } from "./shapes.ts"

const groupSchema = z.object({
  id: z.string(),
  subject: z.string(),
  addressing: addressingSchema,
  /** Phone number JIDs. */
  participants: z.array(z.string()),
  admins: z.array(z.string()),
})

/** People are named by id, phone number or JID. */
export const groupOperations = {
  createGroup: {
    request: z.object({
      subject: z.string().min(1),
      /** The first is the creator. */
      participants: z.array(z.string()).min(1).max(1024),
      addressing: addressingSchema.optional(),
    }),
    response: groupSchema,
  },
  changeGroupMembers: {
    request: z.object({
      groupId: z.string(),
      by: z.string(),
      action: z.enum(["add", "remove", "promote", "demote"]),
      participants: z.array(z.string()).min(1).max(1024),
    }),
    response: groupSchema,
  },
  renameGroup: {
    request: z.object({ groupId: z.string(), by: z.string(), subject: z.string().min(1) }),
    response: groupSchema,
  },
  groups: { request: nothingSchema, response: z.array(groupSchema) },
} as const satisfies OperationTable
