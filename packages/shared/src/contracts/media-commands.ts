import { z } from "zod"
import { idSchema } from "./ids.ts"

/** Orders about the media of messages. */
export const mediaCommands = {
  /** Asks the phones that have a message's media to upload it again. Replies with its new path on WhatsApp's media hosts. */
  "media.reupload": {
    request: z.object({ message: idSchema("message") }),
    reply: z.object({ directPath: z.string() }),
    deadlineMs: 30_000,
  },
} as const
