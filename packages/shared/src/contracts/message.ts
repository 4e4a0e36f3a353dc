import { z } from "zod"
import { Person } from "./address.ts"
import { MediaRef, MessageContent } from "./content.ts"
import { idSchema } from "./ids.ts"
import { MessageStatus } from "./status.ts"

/** Where a message was said: a person (`direct`), a group, the status feed or a channel. */
export const ChatRef = z
  .object({
    jid: z.string().describe("Canonical JID of the chat"),
    kind: z.enum(["direct", "group", "status", "newsletter"]),
    pn: z.string().nullable().describe("Of a direct chat: the person's phone number JID"),
    lid: z.string().nullable().describe("Of a direct chat: the person's LID"),
  })
  .meta({ id: "ChatRef" })
export type ChatRef = z.infer<typeof ChatRef>

/** A message as events carry it. */
export const MessageView = z
  .object({
    id: idSchema("message"),
    waId: z.string().describe("WhatsApp's own id of the message"),
    chat: ChatRef,
    author: Person,
    authorName: z.string().nullable().describe("Name that the author shows to others (push name)"),
    fromMe: z.boolean(),
    source: z
      .enum(["api", "phone", "device", "contact"])
      .describe("Who wrote it: this API, the account's phone, another linked device, or somebody else"),
    timestamp: z.iso.datetime(),
    content: MessageContent,
    media: MediaRef.nullable(),
    quoted: z.object({ waId: z.string(), author: Person }).nullable(),
    mentions: z.array(Person),
  })
  .meta({ id: "MessageView" })
export type MessageView = z.infer<typeof MessageView>

/** One step in the life of a message; `recipient` is set where a group member reached the state alone. */
export const StatusStep = z.object({ status: MessageStatus, at: z.iso.datetime(), recipient: Person.nullable() })
export type StatusStep = z.infer<typeof StatusStep>
