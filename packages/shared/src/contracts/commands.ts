import { z } from "zod"
import { campaignCommands } from "./campaign-commands.ts"
import { contactCommands } from "./contact-commands.ts"
import { groupCommands } from "./group-commands.ts"
import { chatCommands } from "./chat-commands.ts"
import { mediaCommands } from "./media-commands.ts"
import { presenceCommands } from "./presence-commands.ts"
import { profileCommands } from "./profile-commands.ts"
import { sendCommands } from "./send-commands.ts"

/**
 * Every order to a session: verb → request, reply and how long the caller waits at most.
 * Commands travel by request/reply to the worker that owns the session and are not carried out when their deadline has passed.
 * They carry no state: what must not be lost is in MongoDB before the command is sent.
 */
export const commands = {
  /** The QR code that is shown now; null when the session shows none. */
  "account.qr": {
    request: z.object({}),
    reply: z.object({ qr: z.string().nullable(), expiresAt: z.iso.datetime().nullable() }),
    deadlineMs: 5_000,
  },
  /** Unlinks the device at WhatsApp and deletes the credentials. */
  "account.logout": { request: z.object({}), reply: z.object({}), deadlineMs: 15_000 },
  ...sendCommands,
  ...campaignCommands,
  ...chatCommands,
  ...groupCommands,
  ...contactCommands,
  ...presenceCommands,
  ...profileCommands,
  ...mediaCommands,
} as const satisfies Record<string, { request: z.ZodType; reply: z.ZodType; deadlineMs: number }>

export type CommandVerb = keyof typeof commands
export type CommandRequest<V extends CommandVerb> = z.infer<(typeof commands)[V]["request"]>
export type CommandReply<V extends CommandVerb> = z.infer<(typeof commands)[V]["reply"]>
