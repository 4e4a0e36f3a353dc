import { z } from "zod"
import { AccountStatus, ChatRef, Person, StatusReason, idSchema } from "@wildcat/shared/contracts"

const Line = z.string().describe("One line; a kind in brackets where it is no text, as `[image] Look`")

export const SnapshotChat = z.object({
  jid: z.string(),
  kind: ChatRef.shape.kind,
  name: z.string(),
  unread: z.number().int(),
  last: z.object({ text: Line, fromMe: z.boolean(), at: z.iso.datetime() }).nullable(),
})
export type SnapshotChat = z.infer<typeof SnapshotChat>

export const SnapshotMessage = z.object({
  id: idSchema("message"),
  chat: z.string().describe("Name of the chat"),
  author: z.string(),
  fromMe: z.boolean(),
  text: Line,
  at: z.iso.datetime(),
  thumbnail: z.string().nullable().describe("A small JPEG as data URL"),
})
export type SnapshotMessage = z.infer<typeof SnapshotMessage>

/** The state of an account at a moment. */
export const Snapshot = z.object({
  account: z.object({
    id: idSchema("account"),
    name: z.string(),
    status: AccountStatus,
    reason: StatusReason.nullable(),
    me: Person.nullable(),
  }),
  takenAt: z.iso.datetime(),
  chats: z.array(SnapshotChat).describe("The latest ones"),
  messages: z.array(SnapshotMessage).describe("The latest ones, newest first"),
})
export type Snapshot = z.infer<typeof Snapshot>
