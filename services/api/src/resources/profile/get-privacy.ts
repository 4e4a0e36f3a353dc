import { PrivacyView } from "@wildcat/shared/contracts"
import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

export const getPrivacy = route({
  method: "get",
  path: "/v1/accounts/{id}/privacy",
  operation: "getPrivacy",
  tag: "profile",
  summary: "Get an account's privacy settings",
  scope: ["accounts", "read"],
  params: accountParams,
  responses: { 200: { description: "The settings", content: { "application/json": PrivacyView } } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    return { status: 200, body: await tenant.sessions.command(account, "privacy.get", {}) }
  },
})
