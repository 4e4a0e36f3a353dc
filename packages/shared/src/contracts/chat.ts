import { z } from "zod"
import { Person } from "./address.ts"
import { MessageContent } from "./content.ts"
import { idSchema } from "./ids.ts"
import { ChatRef } from "./message.ts"

/** How WhatsApp writes "muted for ever" here: a time that never comes. */
export const forever = "9999-12-31T23:59:59.000Z"

/** How long messages of a chat stay, in seconds, as WhatsApp offers it; 0: they stay for good. */
export const ephemeralChoices = [0, 86_400, 604_800, 7_776_000] as const

/** What can be set of a chat, on the phone or by this API. */
const chatState = {
  archived: z.boolean(),
  pinnedAt: z.iso.datetime().nullable().describe("When it was pinned to the top; null when it is not"),
  mutedUntil: z.iso.datetime().nullable().describe(`Null when it is not muted; ${forever} when it is for good`),
  unread: z.number().int().min(0).describe("Messages of others that nobody has read"),
  markedUnread: z.boolean().describe("Marked as unread by hand"),
  ephemeralSeconds: z.number().int().min(0).describe("How long new messages stay; 0: for good"),
  name: z.string().nullable().describe("Subject of a group, or the person's name in the phone's address book"),
}

/** A chat as the API shows it: one per person, under whichever of its names it was learned. */
export const ChatView = z.object({
  id: idSchema("chat"),
  account: idSchema("account"),
  chat: ChatRef,
  ...chatState,
  pushName: z.string().nullable().describe("Name that the person shows to others; null in groups"),
  lastMessage: z
    .object({
      id: idSchema("message"),
      timestamp: z.iso.datetime(),
      fromMe: z.boolean(),
      author: Person,
      content: MessageContent,
    })
    .nullable()
    .describe("Null when there is none, or all were cleared. A long text is cut"),
  activityAt: z.iso.datetime().describe("Time of the last message, or of the first sign of the chat"),
  updatedAt: z.iso.datetime(),
})
export type ChatView = z.infer<typeof ChatView>

/** A change of a chat, apart from its messages: only what became different is in `changed`. */
export const ChatUpdate = z.object({
  chat: ChatRef,
  changed: z
    .object({
      ...chatState,
      cleared: z.literal(true).describe("All its messages were removed on the phone"),
      deleted: z.literal(true).describe("The chat was removed on the phone"),
    })
    .partial(),
  by: z
    .enum(["api", "phone", "other"])
    .describe("Through this API, on the phone or another linked device, or by the other person in the chat"),
})
export type ChatUpdate = z.infer<typeof ChatUpdate>

/** History that the phone has handed over is in `messages` and `chats`. */
export const HistorySynced = z.object({
  kind: z.enum(["initial", "recent", "full", "on_demand", "names"]),
  progress: z.number().int().min(0).max(100).nullable().describe("Of the whole history, in percent, as the phone says"),
  chats: z.number().int().describe("Chats in this part"),
  messages: z.number().int().describe("Messages of this part that were stored, those known already included"),
  skipped: z.number().int().describe("Messages of this part that are older than HISTORY_DAYS"),
  chat: ChatRef.nullable().describe("Of `on_demand`: the chat that was asked for"),
})
