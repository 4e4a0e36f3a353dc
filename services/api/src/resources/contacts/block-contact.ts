import { route } from "../../http/route.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"
import { personParams } from "./contact-view.ts"

export const blockContact = route({
  method: "put",
  path: "/v1/accounts/{id}/contacts/{person}/block",
  operation: "blockContact",
  tag: "contacts",
  summary: "Block a person",
  scope: ["messages"],
  params: personParams,
  responses: { 204: { description: "Blocked" } },
  errors: [...whatsAppErrors, "not_on_whatsapp"],
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    await tenant.sessions.command(account, "contact.block", { person: params.person.jid, block: true })
    return { status: 204 }
  },
})
