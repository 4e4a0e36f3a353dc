import { z } from "zod"
import { Person } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

const Blocked = z.object({ items: z.array(Person) })

export const listBlocked = route({
  method: "get",
  path: "/v1/accounts/{id}/blocklist",
  operation: "listBlocked",
  tag: "contacts",
  summary: "List the people whom an account has blocked",
  scope: ["messages", "read"],
  params: accountParams,
  responses: { 200: { description: "All of them", content: { "application/json": Blocked } } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    const { people } = await tenant.sessions.command(account, "contact.blocked", {})
    return { status: 200, body: { items: people } }
  },
})
