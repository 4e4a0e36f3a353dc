import { z } from "zod"
import { Person } from "./address.ts"
import { MessageContent } from "./content.ts"
import { idSchema } from "./ids.ts"
import { ChatRef, MessageView } from "./message.ts"

const about = {
  id: idSchema("message")
    .nullable()
    .describe("The message that it is about; null when the message log does not have it (yet)"),
  waId: z.string().describe("WhatsApp's id of the message that it is about"),
  chat: ChatRef,
  by: Person.describe("Who did it"),
  fromMe: z.boolean().describe("The account itself did it"),
  source: MessageView.shape.source,
  at: z.iso.datetime(),
  action: idSchema("message").describe("Id of the action itself; of a send through this API, the one it was answered"),
}

/** What happens to messages that were said: by others, on the account's phone, or through this API (after WhatsApp took it). */
export const actionEvents = {
  /** Somebody reacted to a message, changed the reaction or took it back. */
  "message.reaction": z.object({
    ...about,
    emoji: z.string().nullable().describe("Null: the reaction was taken back"),
  }),
  /** The author gave a message another text or caption. */
  "message.edited": z.object({ ...about, content: MessageContent.describe("What the message says now") }),
  /** The author, or an admin of the group, removed a message for everyone. */
  "message.revoked": z.object(about),
  /** A message was pinned in its chat, or unpinned. */
  "message.pinned": z.object({ ...about, until: z.iso.datetime().nullable().describe("Null: it was unpinned") }),
  /** Somebody voted in a poll, changed the vote or took it back. `GET …/messages/{id}/poll` has the results. */
  "poll.vote": z.object({
    ...about,
    options: z
      .array(z.string())
      .nullable()
      .describe("The answers chosen; null when they cannot be read because the poll is not in the message log"),
  }),
} as const satisfies Record<string, z.ZodType>
