import { ProfileView } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

export const getProfile = route({
  method: "get",
  path: "/v1/accounts/{id}/profile",
  operation: "getProfile",
  tag: "profile",
  summary: "Get what an account shows of itself",
  scope: ["accounts", "read"],
  params: accountParams,
  responses: { 200: { description: "The profile", content: { "application/json": ProfileView } } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    return { status: 200, body: await tenant.sessions.command(account, "profile.get", {}) }
  },
})
