import { z } from "zod"
import { jsonBody } from "../../http/body-reader.ts"
import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { personParams } from "./contact-view.ts"

const SavedContact = z
  .strictObject({
    savedName: z.string().trim().min(1).max(100).nullable().describe("Null takes the person out of the address book"),
  })
  .meta({ id: "SavedContact", example: { savedName: "Ada from the harbour" } })

export const saveContact = route({
  method: "put",
  path: "/v1/accounts/{id}/contacts/{person}/saved-name",
  operation: "saveContact",
  tag: "contacts",
  summary: "Save a person in the address book of the account's phone",
  scope: ["messages"],
  params: personParams,
  body: jsonBody(SavedContact),
  responses: { 204: { description: "Saved" } },
  errors: whatsAppErrors,
  async handler({ tenant, params, body }) {
    const account = await linkedAccount(tenant, params.id)
    const order = { person: params.person.jid, name: body.savedName }
    await tenant.sessions.command(account, "contact.save", order)
    return { status: 204 }
  },
})
