import { z } from "zod"
import { idSchema } from "./ids.ts"
import { MessageStatus } from "./status.ts"

/** Orders about what waits to be sent. */
export const campaignCommands = {
  /** Ends a queued send, unless it is on its way already. The reply is durable. */
  "message.cancel": {
    request: z.object({ message: idSchema("message") }),
    reply: z.object({ status: MessageStatus }),
    deadlineMs: 10_000,
  },
  /** A campaign has another state: from the reply on, nothing of it is sent that should not be. */
  "campaign.look": { request: z.object({ campaign: idSchema("campaign") }), reply: z.object({}), deadlineMs: 10_000 },
} as const
