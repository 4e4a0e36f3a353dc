import { z } from "zod"
import { nothingSchema, type OperationTable } from "./shapes.ts"

/** A message of the chat by its id, and whether the account wrote it. */
const messageFields = { messageId: z.string(), fromMe: z.boolean().default(false) }

const changeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("archive"), archived: z.boolean() }),
  z.object({ kind: z.literal("pin"), pinned: z.boolean() }),
  /** Until a time in Unix milliseconds; -1: for ever; null: no longer. */
  z.object({ kind: z.literal("mute"), until: z.number().int().nullable() }),
  /** Marks the chat as read or unread. */
  z.object({ kind: z.literal("mark"), read: z.boolean() }),
  z.object({ kind: z.literal("clear") }),
  z.object({ kind: z.literal("delete") }),
  z.object({ kind: z.literal("star"), starred: z.boolean(), ...messageFields }),
  z.object({ kind: z.literal("delete-for-me"), ...messageFields }),
  /** Saves the person in the address book. */
  z.object({ kind: z.literal("save"), name: z.string() }),
])
export type PhonesChange = z.infer<typeof changeSchema>

const chatSchema = z.object({
  /** The chat's JID as the devices name it. */
  jid: z.string(),
  archived: z.boolean(),
  pinned: z.boolean(),
  /** Unix milliseconds, -1: for ever, null: not muted. */
  mutedUntil: z.number().nullable(),
  /** As it was marked last; null when nobody ever did. */
  markedRead: z.boolean().nullable(),
  cleared: z.boolean(),
  deleted: z.boolean(),
  /** In the phone's address book. */
  name: z.string().nullable(),
  /** Ids of messages. */
  starred: z.array(z.string()),
  deletedForMe: z.array(z.string()),
})

/** What the account's phone does with its chats. `chat` is a person (id, number or JID) or a group's id. */
export const chatOperations = {
  /** The phone changes the state of a chat or of a message in it; the account's clients fetch it. */
  changeChat: {
    request: z.object({ phoneId: z.string(), chat: z.string(), change: changeSchema }),
    response: nothingSchema,
  },
  /** The phone reads messages: its clients are told. */
  readOnPhone: {
    request: z.object({ phoneId: z.string(), chat: z.string(), messageIds: z.array(z.string()).min(1).max(256) }),
    response: nothingSchema,
  },
  /** What the phone and its clients agree on, by chat: everything here was decrypted and its MACs were right. */
  chatsOfPhone: { request: z.object({ phoneId: z.string() }), response: z.array(chatSchema) },
} as const satisfies OperationTable
export type ChatOfPhone = z.infer<typeof chatSchema>
