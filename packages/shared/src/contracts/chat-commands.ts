import { z } from "zod"
import { ChatUpdate } from "./chat.ts"
import { idSchema } from "./ids.ts"

const chat = z.string().describe("Canonical JID, under either of a person's names")
/** What became different; its row is in MongoDB when the reply comes. */
const reply = z.object({ changed: ChatUpdate.shape.changed })
const deadlineMs = 25_000

/** Orders about chats, and about messages on the account's own devices. */
export const chatCommands = {
  /** Sets what is named, one after the other; what is there already is not set again. */
  "chat.change": {
    request: z.object({
      chat,
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
      mutedUntil: z.iso.datetime().nullable().optional(),
      markedUnread: z.boolean().optional(),
      ephemeralSeconds: z.number().int().optional(),
    }),
    reply,
    deadlineMs,
  },
  /** Tells the writers that their unread messages were read, and the account's devices. */
  "chat.read": { request: z.object({ chat }), reply: z.object({ messages: z.number().int() }), deadlineMs },
  "chat.clear": { request: z.object({ chat }), reply, deadlineMs },
  "chat.delete": { request: z.object({ chat }), reply, deadlineMs },
  /** Asks the phone for messages from before the oldest one that is stored. They come later. */
  "chat.history": {
    request: z.object({ chat, count: z.number().int().min(1).max(500) }),
    reply: z.object({ before: z.iso.datetime() }),
    deadlineMs,
  },
  "message.star": {
    request: z.object({ message: idSchema("message"), starred: z.boolean() }),
    reply: z.object({}),
    deadlineMs,
  },
  /** Removes it on the account's own devices. */
  "message.hide": { request: z.object({ message: idSchema("message") }), reply: z.object({}), deadlineMs },
} as const satisfies Record<string, { request: z.ZodType; reply: z.ZodType; deadlineMs: number }>
