import { z } from "zod"
import { idSchema } from "@wildcat/shared/contracts"

export const inviteParams = z.strictObject({
  id: idSchema("account"),
  code: z
    .string()
    .regex(/^[\w-]{8,64}$/, "must be the code at the end of an invite link")
    .describe("The last part of `https://chat.whatsapp.com/…`"),
})
