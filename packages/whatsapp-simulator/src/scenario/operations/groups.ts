import { z } from "zod"
import { addressingSchema, nothingSchema, type OperationTable } from "./shapes.ts"

const settingsSchema = z.object({
  /** Only admins write. */
  announcement: z.boolean(),
  /** Only admins change subject, description and picture. */
  locked: z.boolean(),
  memberAddMode: z.enum(["all_member_add", "admin_add"]),
  joinApproval: z.boolean(),
  ephemeralSeconds: z.number().int(),
})

const groupSchema = z.object({
  id: z.string(),
  subject: z.string(),
  addressing: addressingSchema,
  /** Phone number JIDs. */
  participants: z.array(z.string()),
  admins: z.array(z.string()),
  description: z.string().optional(),
  pictureBase64: z.string().optional(),
  inviteCode: z.string(),
  /** Phone number JIDs of those who have asked to join. */
  joinRequests: z.array(z.string()),
  settings: settingsSchema,
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
  /** Without text the description is removed. */
  describeGroup: {
    request: z.object({ groupId: z.string(), by: z.string(), text: z.string().optional() }),
    response: groupSchema,
  },
  changeGroupSetting: {
    request: z.object({
      groupId: z.string(),
      by: z.string(),
      setting: z.enum(["announcement", "not_announcement", "locked", "unlocked"]),
    }),
    response: groupSchema,
  },
  /** The contact follows an invite link: joins, or asks to where the admins want to be asked. */
  joinGroup: { request: z.object({ contactId: z.string(), inviteCode: z.string() }), response: groupSchema },
  /** An invite for one person alone: the code to write into a `groupInviteMessage`. */
  inviteToGroup: {
    request: z.object({ groupId: z.string(), person: z.string() }),
    response: z.object({ inviteCode: z.string() }),
  },
  groups: { request: nothingSchema, response: z.array(groupSchema) },
} as const satisfies OperationTable
