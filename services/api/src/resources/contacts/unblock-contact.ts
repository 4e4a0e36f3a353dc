import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { personParams } from "./contact-view.ts"

export const unblockContact = route({
  method: "delete",
  path: "/v1/accounts/{id}/contacts/{person}/block",
  operation: "unblockContact",
  tag: "contacts",
  summary: "Unblock a person",
  scope: ["messages"],
  params: personParams,
  responses: { 204: { description: "Not blocked any more" } },
  errors: [...whatsAppErrors, "not_on_whatsapp"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    await tenant.sessions.command(account, "contact.block", { person: params.person.jid, block: false })
    return { status: 204 }
  },
})
