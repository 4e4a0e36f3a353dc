import { route } from "../../http/route.ts"
import { personParams } from "../contacts/contact-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

export const subscribePresence = route({
  method: "post",
  path: "/v1/accounts/{id}/contacts/{person}/presence/subscribe",
  operation: "subscribePresence",
  tag: "presence",
  summary: "Be told when a person comes and goes",
  description:
    "As the live event `presence.update` on NATS, which is never stored. Ends with the connection to WhatsApp; some people hide it.",
  scope: ["messages"],
  params: personParams,
  responses: { 204: { description: "Asked for" } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    await tenant.sessions.command(account, "presence.subscribe", { person: params.person.jid })
    return { status: 204 }
  },
})
