import { z } from "zod"
import { idSchema } from "./ids.ts"

/**
 * Every kind of queued work: name → schema, how long a handler may be silent before the task is given to another
 * (a living handler says every third of it that it still works),
 * and the pauses before each further try (the last one repeats until `triesMax`).
 */
export const tasks = {
  /** Fetch, verify and store the media of a message. Holds a reference; the keys stay in MongoDB, encrypted. */
  "media.fetch": {
    schema: z.object({
      tenant: idSchema("tenant"),
      account: idSchema("account"),
      message: idSchema("message"),
      media: idSchema("media"),
      event: idSchema("event").describe("The message's event; media.stored names it as its cause"),
      attempt: z.string().max(64).optional().describe("Set where somebody asked to fetch a media that had failed"),
    }),
    ackWaitMs: 10_000,
    retryDelaysMs: [1_000, 2_000, 5_000, 15_000, 60_000],
    triesMax: 8,
  },
} as const satisfies Record<
  string,
  { schema: z.ZodType; ackWaitMs: number; retryDelaysMs: readonly number[]; triesMax: number }
>

export type TaskName = keyof typeof tasks
export type TaskPayload<N extends TaskName> = z.infer<(typeof tasks)[N]["schema"]>
