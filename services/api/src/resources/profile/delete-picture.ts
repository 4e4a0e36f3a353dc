import { route } from "../../http/route.ts"
import { accountParams } from "../accounts/account-view.ts"
import { linkedAccount, whatsAppErrors } from "../linked-account.ts"

export const deleteProfilePicture = route({
  method: "delete",
  path: "/v1/accounts/{id}/profile/picture",
  operation: "deleteProfilePicture",
  tag: "profile",
  summary: "Remove an account's picture",
  scope: ["accounts"],
  params: accountParams,
  responses: { 204: { description: "Removed" } },
  errors: whatsAppErrors,
  async handler({ tenant, params }) {
    const account = await linkedAccount(tenant, params.id)
    await tenant.sessions.command(account, "profile.picture", { media: null })
    return { status: 204 }
  },
})
