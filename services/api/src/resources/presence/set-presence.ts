import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const NewPresence = z
  .strictObject({ presence: z.enum(["available", "unavailable"]) })
  .meta({ id: "AccountPresence", example: { presence: "available" } })

export const setPresence = route({
  method: "put",
  path: "/v1/accounts/{id}/presence",
  operation: "setPresence",
  tag: "presence",
  summary: "Show an account as online, or not",
  description:
    "Lasts as long as the connection to WhatsApp; a new one begins as not online. While online, the phone stays silent.",
  scope: ["messages"],
  params: accountParams,
  body: jsonBody(NewPresence),
  responses: { 204: { description: "Told" } },
  errors: whatsAppErrors,
  async handler({ tenant, params, body }) {
    await tenant.sessions.command(await linkedAccount(tenant, params.id), "presence.set", body)
    return { status: 204 }
  },
})
