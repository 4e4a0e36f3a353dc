import { z } from "zod"
import { nothingSchema, type OperationTable } from "./shapes.ts"

const linkedSchema = z.object({ deviceId: z.number().int(), jid: z.string() })

export const linkingOperations = {
  /** The phone scans what the client shows: the full text of the QR code. Answers when the client has confirmed. */
  scanQr: { request: z.object({ phoneId: z.string(), qr: z.string() }), response: linkedSchema },
  /** The person types the eight characters the client shows. Answers when the client has confirmed. */
  enterPairingCode: {
    request: z.object({ phoneId: z.string(), code: z.string().length(8) }),
    response: linkedSchema,
  },
  /** The person removes linked devices in the phone's settings: one, or all. */
  logoutFromPhone: {
    request: z.object({ phoneId: z.string(), deviceId: z.number().int().min(1).optional() }),
    response: nothingSchema,
  },
  /** Ends or disturbs the account's connections. `freeze`: open, but nothing passes any more. */
  disconnect: {
    request: z.object({
      phoneId: z.string(),
      how: z.enum(["drop", "close", "replaced", "503", "515", "500", "freeze"]),
    }),
    response: z.object({ connections: z.number().int() }),
  },
  /** The server loses the account's one-time pre-keys and says so. */
  dropPreKeys: { request: z.object({ phoneId: z.string() }), response: nothingSchema },
} as const satisfies OperationTable
