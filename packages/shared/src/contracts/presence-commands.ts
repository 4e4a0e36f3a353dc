import { z } from "zod"

/** What a chat shows of somebody who is about to write. */
export const ChatPresence = z.enum(["composing", "recording", "paused"])
export type ChatPresence = z.infer<typeof ChatPresence>

/** Orders about who is there. */
export const presenceCommands = {
  /** Shows the account as online, or not, as long as the connection lasts. */
  "presence.set": {
    request: z.object({ presence: z.enum(["available", "unavailable"]) }),
    reply: z.object({}),
    deadlineMs: 10_000,
  },
  /** `chat` is a canonical JID. */
  "presence.chat": {
    request: z.object({ chat: z.string(), presence: ChatPresence }),
    reply: z.object({}),
    deadlineMs: 10_000,
  },
  /** `person` is a canonical JID. Ends with the connection. */
  "presence.subscribe": { request: z.object({ person: z.string() }), reply: z.object({}), deadlineMs: 10_000 },
} as const
