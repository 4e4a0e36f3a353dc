import { z } from "zod"
import { nothingSchema, type OperationTable, personSchema, phoneNumberSchema, timeoutSchema } from "./shapes.ts"

/** For load: accounts without the ceremony of linking, messages without the cost of encrypting them meanwhile. */
export const loadOperations = {
  /**
   * A new account whose client is linked already. `creds` and `keys` are what Baileys would have stored, in the JSON of
   * its `useMultiFileAuthState`: read them with `JSON.parse(JSON.stringify(creds), BufferJSON.reviver)`.
   */
  provisionAccount: {
    request: z.object({
      phone: phoneNumberSchema.optional(),
      name: z.string().optional(),
      /** Whether the account's phone confirms without decrypting what its client sends. */
      sink: z.boolean().optional(),
      /** One-time pre-keys it has published: a client with fewer than 6 makes hundreds of its own when it logs in. */
      preKeys: z.number().int().min(1).max(1000).default(30),
    }),
    response: personSchema.extend({
      creds: z.record(z.string(), z.unknown()),
      /** By type of key, then by id. */
      keys: z.record(z.string(), z.record(z.string(), z.unknown())),
    }),
  },
  /** Encrypts texts of a contact to the clients of accounts, and keeps them: `each` for every account. */
  prepareBurst: {
    request: z.object({
      from: z.string(),
      /** Phone ids, numbers or JIDs of accounts with a client. */
      to: z.array(z.string()).min(1).max(10_000),
      each: z.number().int().min(1).max(10_000),
      text: z.string().default("Message number"),
    }),
    response: z.object({ burstId: z.string(), messages: z.number().int() }),
  },
  /** Hands a burst over, and answers when clients have confirmed every message, or after the time with what they have. */
  releaseBurst: {
    request: z.object({ burstId: z.string(), timeoutMs: timeoutSchema }),
    response: z.object({
      messages: z.number().int(),
      acknowledged: z.number().int(),
      /** Retry requests for messages of the burst. */
      retried: z.number().int(),
      elapsedMs: z.number(),
      /** Acknowledged messages per second. */
      perSecond: z.number(),
      /** Processor time of the simulator's process meanwhile. */
      simulatorCpuMs: z.number(),
    }),
  },
  /** Forgets a burst that is not to be released. */
  dropBurst: { request: z.object({ burstId: z.string() }), response: nothingSchema },
} as const satisfies OperationTable
