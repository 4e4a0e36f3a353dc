import { z } from "zod"
import { OutboundContent } from "./content.ts"
import { idSchema } from "./ids.ts"
import { MessageView, StatusStep } from "./message.ts"
import { MessageStatus } from "./status.ts"

/** A row of the outbox as it was written: one that may go at once and asks for nothing beside its content. */
export const WrittenRow = z.object({
  _id: idSchema("message"),
  waId: z.string(),
  to: z.string(),
  content: OutboundContent,
  quoted: z.object({ waId: z.string() }).nullable(),
  priority: z.number().int(),
  createdAt: z.coerce.date(),
})
export type WrittenRow = z.infer<typeof WrittenRow>

/** A message that WhatsApp's server has, before it can be read in MongoDB. */
export const SentMessage = z.object({ view: MessageView, timeline: z.array(StatusStep) })
export type SentMessage = z.infer<typeof SentMessage>

/** Orders about sends. */
export const sendCommands = {
  /**
   * A row was put in the outbox. Replies at once, or with the outcome when `wait` is set. With a `ticket` that the owner gave
   * before the row was written, the row may come along: the owner knows whether it has left the outbox since.
   */
  "message.send": {
    request: z.object({
      message: idSchema("message"),
      wait: z.boolean(),
      written: z.object({ ticket: z.string(), row: WrittenRow }).optional(),
    }),
    reply: z.object({ status: MessageStatus, ticket: z.string().optional(), sent: SentMessage.optional() }),
    deadlineMs: 30_000,
  },
  /** A row that still says queued was given other content. Replies `queued` when that is what will be sent. */
  "message.revise": {
    request: z.object({ message: idSchema("message"), revision: z.number().int().positive() }),
    reply: z.object({ status: MessageStatus }),
    deadlineMs: 10_000,
  },
  /** Replies when what the owner knows of its sends can be read in MongoDB, or after a second. */
  "message.settle": { request: z.object({}), reply: z.object({}), deadlineMs: 2_000 },
} as const
