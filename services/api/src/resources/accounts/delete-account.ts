import { route } from "../../http/route.ts"
import { accountParams } from "./account-view.ts"

export const deleteAccount = route({
  method: "delete",
  path: "/v1/accounts/{id}",
  operation: "deleteAccount",
  tag: "accounts",
  summary: "Delete an account with everything it has",
  description:
    "It is gone for the API at once; a worker unlinks it at WhatsApp and erases its messages, media and keys.",
  scope: ["accounts"],
  params: accountParams,
  responses: { 204: { description: "Deleted" } },
  errors: [],
  async handler({ tenant, params }) {
    await tenant.accounts.setDesired(params.id, "deleted")
    return { status: 204 }
  },
})
