import { route } from "../../http/route.ts"
import { AccountView, accountParams, viewAccount } from "./account-view.ts"

export const restartAccount = route({
  method: "post",
  path: "/v1/accounts/{id}/restart",
  operation: "restartAccount",
  tag: "accounts",
  summary: "End an account's session and begin it anew",
  description: "It stays linked, and what waits to be sent is sent afterwards. A stopped account is started.",
  scope: ["accounts"],
  params: accountParams,
  responses: { 202: { description: "Its worker will do it", content: { "application/json": AccountView } } },
  errors: [],
  async handler({ tenant, params }) {
    return { status: 202, body: viewAccount(await tenant.accounts.restart(params.id)) }
  },
})
